using System.Text;
using ActorBrowser.ChildEntrypoints.Rendering;

namespace ActorBrowser.TabsTests;

/// <summary>A page's parts as Markdown: what each element becomes.</summary>
public sealed class MarkdownSpecs
{
    [Theory]
    [InlineData("<h1>One</h1><p>a</p><h3>Two #</h3>", "# One\n\na\n\n### Two \\#")]
    [InlineData("<p>a <b>bold</b>, <i>it</i>, <del>gone</del> and <code>a`b</code></p>", "a **bold**, _it_, ~~gone~~ and ``a`b``")]
    [InlineData("<p>in<b>side</b>word, in<em>side</em>word, <b> spaced </b>text</p>", "in**side**word, in*side*word, **spaced** text")]
    [InlineData("<p>x<b>\"quoted\"</b>y</p>", "x\"quoted\"y")]
    [InlineData("<p><b>one</b><i>two</i></p>", "**one**_two_")]
    [InlineData("<p><b><p>block</p><p>two</p></b></p>", "**block**\n\n**two**")]
    [InlineData("<p>a<br>b<br><br>c</p>", "a\\\nb\n\nc")]
    [InlineData("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "- a\n- b\n  - c\n- d")]
    [InlineData("<ul><li><p>a</p><p>b</p></li><li>c</ul>", "- a\n\n  b\n\n- c")]
    [InlineData("<ol start=9><li>a<li>b</ol>", "9. a\n10. b")]
    [InlineData("<ol><li>a</ol><ol><li>b</ol>", "1. a\n\n1) b")]
    [InlineData("<ul><li></li><li>a</ul>", "- a")]
    [InlineData("<ul><li><pre>x\n  y</pre></ul>", "- ```\n  x\n    y\n  ```")]
    [InlineData("<blockquote><p>a</p><p>b</p><ul><li>c</ul></blockquote>", "> a\n>\n> b\n>\n> - c")]
    [InlineData("<pre><code class='hljs language-c#'>if (a &lt; b)\n```\n</code></pre>", "````c#\nif (a < b)\n```\n````")]
    [InlineData("<hr>", "___")]
    [InlineData("<dl><dt>T<dt>U<dd>d<dd><p>e</p><p>f</p></dl>", "T\nU\n:   d\n\n:   e\n\n    f")]
    [InlineData("<table><tr><th>a|b<th>c<tr><td>1<td><b>2</b></table>", "| a\\|b | c |\n| --- | --- |\n| 1 | **2** |")]
    [InlineData("<table><tr><td rowspan=2>a<td>b<tr><td>c</table>", "| | |\n| --- | --- |\n| a | b |\n| | c |")]
    [InlineData("<table><tr><td colspan=2>a<tr><td>b<td>c</table>", "| | |\n| --- | --- |\n| a | |\n| b | c |")]
    [InlineData("<table><tr><td><h2>Layout</h2><td>b</table>", "## Layout\n\nb")]
    [InlineData("<p><a href=/x>one</a>, <a href=/y?a=1&amp;copy;=2>two</a> and <a href=/x>three</a></p>", "[one][1], [two][2] and [three][1]\n\n[1]: http://a/x\n[2]: http://a/y?a=1&amp;copy;=2")]
    [InlineData("<p><a href='javascript:x()'>one</a> <a href='data:,x'>two</a></p>", "one two")]
    [InlineData("<p><img src=i.png alt='An [image]'><img src=j.png alt=''><img src=k.png></p>", "![An \\[image\\]][1]\n\n[1]: http://a/i.png")]
    [InlineData("<p>see!<a href=/x>y</a></p>", "see\\![y][1]\n\n[1]: http://a/x")]
    [InlineData("<p>It is so.<sup><a href='#n1' id=r1>1</a></sup></p><ol><li id=n1>Because. <a href='#r1'>back</a></li></ol>", "It is so.[^1]\n\n[^1]: Because.")]
    [InlineData("<p>snake_case and _x_ * y # &amp;amp; &lt;b&gt; [a](b) `c` ~d~ \\[ C:\\x</p>", "snake_case and \\_x\\_ \\* y # \\&amp; \\<b> \\[a\\](b) \\`c\\` \\~d\\~ \\\\\\[ C:\\x")]
    [InlineData("<p># a</p><p>- b</p><p>1. c</p><p>2) d</p><p>+ e</p><p>&gt; f</p><p>===</p><p>---</p><p>-5</p><p>: g</p>", "\\# a\n\n\\- b\n\n1\\. c\n\n2\\) d\n\n\\+ e\n\n\\> f\n\n\\===\n\n\\---\n\n-5\n\n\\: g")]
    [InlineData("<p>a | b<br>--- | ---</p>", "a \\| b\\\n--- \\| ---")]
    [InlineData("<h2>Part</h2><p><a href=/x>l</a></p><h2>Next</h2><p><a href=/y>m</a></p>", "## Part\n\n[l][1]\n\n[1]: http://a/x\n\n## Next\n\n[m][2]\n\n[2]: http://a/y")]
    [InlineData("<p>seen</p><p hidden>not</p><div style='display:none'>not</div><script>not</script>", "seen")]
    public void Each_element_becomes_what_a_reader_of_Markdown_expects(string page, string markdown) => Assert.Equal(markdown, Markdown(page));

    [Fact]
    public void A_page_nested_as_deep_as_allowed_makes_no_huge_text()
    {
        var page = string.Concat(Enumerable.Repeat("<ul><li>x", 450));
        Assert.InRange(Markdown(page).Length, 900, 100_000);
    }

    internal static LiveDocument Parse(string page)
    {
        var bytes = Encoding.UTF8.GetBytes(page);
        return LiveDocument.Parse(new Transport.LoadDocument("http://a/", "text/html; charset=utf-8", bytes.Length, default, new Transport.DocumentLimits(1000, 2_000_000, 20_000)), bytes);
    }

    internal static string Markdown(string page)
    {
        using var document = Parse(page);
        return document.Texts.Of(Transport.DocumentQuery.Markdown, "").Text;
    }
}
