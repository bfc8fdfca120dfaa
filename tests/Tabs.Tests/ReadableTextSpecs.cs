using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;

namespace ActorBrowser.TabsTests;

/// <summary>The text that a person would read: the visible text, in its layout.</summary>
public sealed class ReadableTextSpecs
{
    private static readonly string Paragraph = string.Concat(Enumerable.Repeat("This is a paragraph with a good number of words in it, so that it counts as running text. ", 4));

    [Theory]
    [InlineData("<ul><li><p>one</p></li><li><div><p>two</p></div></li></ul>", "• one\n\n• two")]
    [InlineData("<ul><li></li><li>x<ul><li>y</ul></ul>", "•\n• x\n\n• y")]
    [InlineData("<ol start=5><li>a<li value=10>b<li>c</ol>", "5. a\n10. b\n11. c")]
    [InlineData("<ol reversed><li>a<li>b</ol>", "2. a\n1. b")]
    [InlineData("<ol type=a start=26><li>a<li>b</ol>", "z. a\naa. b")]
    [InlineData("<ol type=I><li>a<li>b<li>c<li>d</ol>", "I. a\nII. b\nIII. c\nIV. d")]
    [InlineData("<p>seen</p><div style='color:red; Display : none !important'>not</div>", "seen")]
    [InlineData("<p>seen</p><div style='display:none;display:block'>too</div>", "seen\n\ntoo")]
    [InlineData("<p>seen</p><p style=visibility:hidden>not</p><p hidden>not</p><dialog>not</dialog><dialog open>open</dialog>", "seen\n\nopen")]
    [InlineData("<p>a</p><noscript><p>without scripts</p></noscript>", "a\n\nwithout scripts")]
    [InlineData("<table><tr><td><p>a</p><td><p>b</p><tr><td>c<td>d</table>", "a\n\n\tb\n\nc\td")]
    public void What_is_shown_is_read_in_its_shape(string page, string text) => Assert.Equal(text, Text(page));

    [Fact]
    public void An_article_inside_the_page_s_one_form_is_the_page()
    {
        var text = Text($"<form id=frame><div><h1>Title</h1>{string.Concat(Enumerable.Repeat($"<p>ARTICLE {Paragraph}</p>", 5))}</div></form><div>{string.Concat(Enumerable.Repeat("This site uses cookies to improve your experience. ", 8))}</div>");
        Assert.Contains("ARTICLE", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Search", Text($"<form>Search <input></form>{string.Concat(Enumerable.Repeat($"<p>ARTICLE {Paragraph}</p>", 5))}"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_main_element_with_navigation_only_is_not_the_page()
    {
        var text = Text($"<main><nav>{string.Concat(Enumerable.Repeat("<a href=x>link text number here</a> ", 20))}</nav></main><div>{string.Concat(Enumerable.Repeat($"<p>ARTICLE {Paragraph}</p>", 3))}</div>");
        Assert.StartsWith("ARTICLE", text, StringComparison.Ordinal);
    }

    private static string Text(string page)
    {
        var bytes = Encoding.UTF8.GetBytes(page);
        using var document = LiveDocument.Parse(new Transport.LoadDocument("http://a/", "text/html; charset=utf-8", bytes.Length, default, new Transport.DocumentLimits(1000, 200_000, 20_000)), bytes);
        return document.Text.Content.ToString();
    }
}
