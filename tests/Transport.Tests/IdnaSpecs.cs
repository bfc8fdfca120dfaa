using System.Globalization;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.TransportTests;

/// <summary>
/// International names, compared with the URL standard's own implementation (npm's tr46 7.0.0, Unicode 18): each line of idna.tsv is
/// a name as code points and its ASCII form, or - if it is refused. ACTORBROWSER_IDNA_VECTORS names another such file.
/// </summary>
public sealed class IdnaSpecs
{
    [Fact]
    public void Names_become_what_the_reference_makes_of_them()
    {
        var file = Environment.GetEnvironmentVariable("ACTORBROWSER_IDNA_VECTORS") ?? Path.Combine(AppContext.BaseDirectory, "idna.tsv");
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(file))
        {
            var (codes, expected) = (line.Split('\t')[0], line.Split('\t')[1]);
            var name = string.Concat(codes.Split(' ').Select(static code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
            var actual = Idna.ToAscii(name) ?? "-";
            if (actual != expected)
                wrong.Add($"{codes}: {actual}, not {expected}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join('\n', wrong.Take(40))}");
    }
}
