using System.Text.Json;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.TransportTests;

/// <summary>Our URL parser beside another's: <c>urls.tsv</c> is what Node's <c>URL</c> makes of each reference and base.</summary>
public sealed class UrlSpecs
{
    [Fact]
    public void Every_reference_is_parsed_as_Node_parses_it()
    {
        var wrong = new List<string>();
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "urls.tsv"));
        Assert.InRange(lines.Length, 500, int.MaxValue);
        foreach (var line in lines)
        {
            var cells = line.Split('\t').Select(static cell => JsonSerializer.Deserialize<string>(cell)!).ToArray();
            WebUrl? relativeTo = null;
            if (cells[1].Length > 0)
                Assert.True(WebUrl.TryParse(cells[1], out relativeTo));
            var actual = WebUrl.TryParse(cells[0], relativeTo, null, out var url) ? url.ToString() : "FAIL";
            if (actual != cells[2])
                wrong.Add($"{line}  ours: {actual}");
            else if (url is not null && (!WebUrl.TryParse(actual, out var again) || again.ToString() != actual))
                wrong.Add($"{line}  parsed again: {again}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {lines.Length}:\n{string.Join('\n', wrong)}");
    }
}
