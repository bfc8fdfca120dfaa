using System.Globalization;
using System.Text.RegularExpressions;
using ActorBrowser.Transport;
using AngleSharp.Html.Parser;

namespace ActorBrowser.TabsTests;

/// <summary>The main content of pages, against the article that Mozilla's Readability takes from each.</summary>
public sealed partial class MainContentSpecs
{
    /// <summary>A folder of pages, each a folder with source.html and expected.html; the repository's own unless this names another.</summary>
    private const string Pages = "ACTORBROWSER_MAIN_PAGES";

    [Fact]
    public void The_main_content_is_what_Readability_takes()
    {
        var root = Environment.GetEnvironmentVariable(Pages) ?? Path.Combine(AppContext.BaseDirectory, "MainPages");
        var scores = new List<double>();
        foreach (var folder in Directory.GetDirectories(root).Order(StringComparer.Ordinal))
        {
            var expected = Words(new HtmlParser().ParseDocument(File.ReadAllText(Path.Combine(folder, "expected.html"))).Body!.TextContent);
            using var page = MarkdownSpecs.Parse(File.ReadAllText(Path.Combine(folder, "source.html")));
            var found = Words(page.Texts.Of(DocumentQuery.MainText, "").Text);
            double common = expected.Sum(word => Math.Min(word.Value, found.GetValueOrDefault(word.Key)));
            var (wanted, given) = (expected.Values.Sum(), found.Values.Sum());
            scores.Add(wanted + given == 0 ? 1 : 2 * common / (wanted + given));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scores[^1]:0.0000}  precision {common / Math.Max(1, given):0.000}  recall {common / Math.Max(1, wanted):0.000}  {Path.GetFileName(folder)}"));
        }
        scores.Sort();
        var median = (scores[scores.Count / 2] + scores[(scores.Count - 1) / 2]) / 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean {scores.Average():0.0000}  median {median:0.0000}  of {scores.Count} pages"));
        Assert.InRange(median, 0.99, 1);
        Assert.InRange(scores.Average(), 0.97, 1);
    }

    [Fact]
    public void The_live_page_stays_as_it_is()
    {
        var paragraph = string.Concat(Enumerable.Repeat("Words, and more words, that make a paragraph of an article. ", 6));
        using var page = MarkdownSpecs.Parse($"<div class=sidebar>side</div><div id=a>{string.Concat(Enumerable.Repeat($"<p>{paragraph}</p>", 6))}</div>");
        var before = page.Document.DocumentElement.OuterHtml;
        Assert.DoesNotContain("side", page.Texts.Of(DocumentQuery.MainText, "").Text, StringComparison.Ordinal);
        Assert.Equal(before, page.Document.DocumentElement.OuterHtml);
    }

    [Fact]
    public void A_page_without_an_article_is_its_own_main_content()
    {
        using var page = MarkdownSpecs.Parse("<title>t</title>");
        Assert.Equal("", page.Texts.Of(DocumentQuery.MainText, "").Text);
        using var text = MarkdownSpecs.Parse("<p>Short.</p>");
        Assert.Equal("Short.", text.Texts.Of(DocumentQuery.MainText, "").Text);
    }

    [Theory]
    [InlineData(100_000, 1)]
    [InlineData(450, 450)]
    public void A_hostile_shape_costs_seconds_at_most(int blocks, int depth)
    {
        var block = depth == 1 ? "<p>Some text, with commas, of a paragraph.</p>" : "<div><p>Some text, with commas, of a paragraph.</p>";
        using var page = MarkdownSpecs.Parse(string.Concat(Enumerable.Repeat(block, blocks)));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Contains("with commas", page.Texts.Of(DocumentQuery.MainMarkdown, "").Text, StringComparison.Ordinal);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 60);
    }

    private static Dictionary<string, int> Words(string text)
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match word in Word().Matches(text.ToLowerInvariant()))
            words[word.Value] = words.GetValueOrDefault(word.Value) + 1;
        return words;
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
