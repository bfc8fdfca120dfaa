using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering.Markdown;
using Markdig;
using Markdig.Extensions.Footnotes;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ActorBrowser.TabsTests;

/// <summary>Another program's reader of Markdown reads in ours what the page has.</summary>
public sealed class MarkdownRoundTripSpecs
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough).UseFootnotes().UseDefinitionLists().Build();

    private static readonly string[] Nasty =
    [
        "*", "**", "_", "__", "`", "```", "~", "~~~", "[x]", "[x](y)", "[x]: http://evil/", "![x](y)", "[^1]", "[^1]: note", "<b>", "<!--", "<script>", "&amp;", "&#35;", "&", "\\", "\\\\",
        "#", "# x", "##", ">", "> x", "-", "- x", "---", "===", "+ x", "1.", "1. x", "2) x", "|", "| a | b |", "| --- | --- |", ":", ": x", "!", "(x)", "\"", "'", "x", "wörd", "語", "1", ".", ",",
        "http://a/", "a@b", "{x}", "$x$", "^", "=", "    code", "https", "…", "€", "\u00a0", "😀", "***", "* * *", "_ _ _", "[", "]", "](", ")", "x_y", "C:\\x", "\u001b[31m",
    ];

    [Fact]
    public void No_text_of_a_page_becomes_markup()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var text = string.Join(random.Next(3) == 0 ? "" : " ", Enumerable.Range(0, random.Next(1, 7)).Select(_ => Nasty[random.Next(Nasty.Length)]));
            var paragraphs = Enumerable.Range(0, random.Next(1, 3)).Select(i => i == 0 ? text : Nasty[random.Next(Nasty.Length)]).ToArray();
            var page = string.Concat(paragraphs.Select(static words => $"<p>{Html(words)}</p>"));
            var markdown = MarkdownSpecs.Markdown(page);
            var read = Markdig.Markdown.Parse(markdown, Pipeline);
            Assert.True(read.All(static block => block is ParagraphBlock), $"seed {seed}: {markdown}");
            Assert.True(read.Descendants<Inline>().All(static inline => inline is LiteralInline or ContainerInline { Parent: null } or HtmlEntityInline), $"seed {seed}: {markdown}");
            Assert.Equal(Collapse(string.Join(" ", paragraphs)), Collapse(Text(read)));
        }
    }

    [Fact]
    public void Formats_lists_and_quotes_in_any_order_keep_their_text()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var page = new StringBuilder();
            for (var i = random.Next(1, 5); i > 0; i--)
                Block(page, random, 3);
            using var document = MarkdownSpecs.Parse(page.ToString());
            // The whole page: its main content may be one of its blocks.
            var markdown = MarkdownText.Of(document, document.Document.Body!, wholePage: true).Text;
            var expected = Collapse(document.Document.Body!.TextContent);
            var found = Collapse(Text(Markdig.Markdown.Parse(markdown, Pipeline)));
            Assert.True(expected == found, $"seed {seed}\n{page}\n---\n{markdown}\n---\n{expected}\n{found}");
        }
    }

    [Fact]
    public void A_reader_finds_the_page_s_structure()
    {
        var markdown = MarkdownSpecs.Markdown("""
            <h1>Title</h1><p>A <a href="/x">link</a><sup><a href="#n">1</a></sup> and an <img src="i.png" alt="image">.</p>
            <ol start="3"><li>three<ul><li>inner</ul></li><li>four</ol><blockquote><pre><code class="language-js">a
              b</code></pre></blockquote>
            <table><tr><th>h<th>i<tr><td>1 | 2<td>3</table><dl><dt>term<dd>meaning</dl><ol><li id="n">note</ol>
            """);
        var read = Markdig.Markdown.Parse(markdown, Pipeline);
        Assert.Equal(["Title"], read.Descendants<HeadingBlock>().Select(static heading => Collapse(Text(heading))));
        Assert.Equal([("http://a/x", false), ("http://a/i.png", true)], read.Descendants<LinkInline>().Where(static link => link.Url!.StartsWith("http", StringComparison.Ordinal)).Select(static link => (link.Url!, link.IsImage)));
        Assert.Equal("3", read.OfType<ListBlock>().First().OrderedStart);
        Assert.Equal(3, read.Descendants<ListItemBlock>().Count());
        var code = Assert.Single(read.Descendants<FencedCodeBlock>());
        Assert.Equal(("js", "a\n  b"), (code.Info, code.Lines.ToString()));
        Assert.Equal(["h", "i", "1|2", "3"], read.Descendants<TableCell>().Select(static cell => Collapse(Text(cell))));
        Assert.Single(read.Descendants<Footnote>());
        Assert.True(read.Descendants<Markdig.Extensions.DefinitionLists.DefinitionItem>().Count() == 1, markdown);
    }

    private static void Block(StringBuilder page, Random random, int depth)
    {
        switch (random.Next(depth == 0 ? 2 : 8))
        {
            case 2 or 3:
                var list = random.Next(2) == 0 ? "ul" : "ol";
                page.Append($"<{list}>");
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    page.Append("<li>");
                    if (random.Next(2) == 0)
                        Inlines(page, random, 2);
                    else
                        Block(page, random, depth - 1);
                    if (random.Next(3) == 0)
                        Block(page, random, depth - 1);
                    page.Append("</li>");
                }
                page.Append($"</{list}> ");
                break;
            case 4:
                page.Append("<blockquote>");
                for (var i = random.Next(1, 3); i > 0; i--)
                    Block(page, random, depth - 1);
                page.Append("</blockquote> ");
                break;
            case 5:
                page.Append($"<h{random.Next(1, 7)}>");
                Inlines(page, random, 2);
                page.Append($"</h{random.Next(1, 7)}> ");
                break;
            case 6:
                page.Append("<div>");
                Block(page, random, depth - 1);
                Inlines(page, random, 2);
                page.Append("</div> ");
                break;
            case 7:
                page.Append("<table><tr><td>");
                Inlines(page, random, 2);
                page.Append("</td> <td>");
                Inlines(page, random, 2);
                page.Append("</td></tr></table> ");
                break;
            default:
                page.Append("<p>");
                Inlines(page, random, 2);
                page.Append("</p> ");
                break;
        }
    }

    private static void Inlines(StringBuilder page, Random random, int depth)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var tag = random.Next(depth == 0 ? 1 : 7) switch { 1 => "b", 2 => "i", 3 => "code", 4 => "a href=/x", 5 => "s", 6 => "span", _ => "" };
            if (tag.Length == 0)
            {
                page.Append(Html(Nasty[random.Next(Nasty.Length)])).Append(random.Next(2) == 0 ? " " : "");
                continue;
            }
            page.Append($"<{tag}>");
            Inlines(page, random, depth - 1);
            page.Append($"</{tag.Split(' ')[0]}>");
        }
    }

    private static string Html(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Text(MarkdownObject root)
    {
        var text = new StringBuilder();
        foreach (var at in root is LeafBlock leaf ? leaf.Inline!.Descendants() : root.Descendants())
        {
            switch (at)
            {
                case LiteralInline literal:
                    text.Append(literal.Content);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded);
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case LineBreakInline or TableCell:
                    text.Append(' ');
                    break;
                case FencedCodeBlock block:
                    text.Append(block.Lines);
                    break;
                default:
                    break;
            }
        }
        return text.ToString();
    }

    // Without any white space: where one element's text ends and the next one's begins, a page may have none.
    private static string Collapse(string text) => string.Concat(text.Where(static c => !char.IsWhiteSpace(c)));
}
