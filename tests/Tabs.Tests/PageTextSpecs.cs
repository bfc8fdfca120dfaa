using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.TabsTests;

/// <summary>A page's text in parts of a given size, its outline and its values, through a tab.</summary>
public sealed class PageTextSpecs : BrowserSpecs
{
    [Fact]
    public async Task Parts_are_never_longer_than_asked_for_and_make_the_whole_text()
    {
        var body = new StringBuilder();
        for (var i = 0; i < 300; i++)
            body.Append($"<h2 id=h{i}>Teil {i} 語😀</h2><p>Ein Absatz, {new string('é', i % 70)} und <b>mehr</b>.</p><ul><li>a<li>b</ul><blockquote><p>q</p><p>{string.Join(' ', Enumerable.Range(0, i))}</p></blockquote>");
        var tab = await OpenAsync();
        await tab.NavigateAsync(await ServeHtmlAsync(body.ToString())).Soon();
        foreach (var (markdown, most) in new[] { (true, 1 << 20), (true, 10_000), (true, 777), (true, 20), (false, 5000), (false, 33) })
        {
            var options = new PageTextOptions { Markdown = markdown };
            var whole = (await tab.TextAsync(options).Soon()).Text;
            var parts = new StringBuilder();
            var count = 0;
            PageText part;
            do
            {
                part = await tab.TextAsync(options with { MaxBytes = most }).Soon();
                Assert.InRange(Encoding.UTF8.GetByteCount(part.Text), 1, most);
                parts.Append(part.Text);
                options = options with { Continue = part.Continue };
            }
            while (part.Continue is not null && ++count < (most < 100 ? 300 : 100_000));
            var read = Squeeze(parts.ToString());
            Assert.Equal(part.Continue is null ? Squeeze(whole) : Squeeze(whole)[..read.Length], read);
        }
    }

    [Fact]
    public async Task A_part_ends_with_a_block_where_one_fits()
    {
        var tab = await OpenAsync();
        await tab.NavigateAsync(await ServeHtmlAsync($"<h1>One</h1><p>first paragraph</p><p>{new string('x', 100)}</p><pre>a\n\nb</pre>")).Soon();
        var options = new PageTextOptions { Markdown = true };
        Assert.Equal("# One\n\nfirst paragraph", (await tab.TextAsync(options with { MaxBytes = 50 })).Text);
        Assert.Equal("# One", (await tab.TextAsync(options with { MaxBytes = 21 })).Text);
        var first = await tab.TextAsync(options with { MaxBytes = 22 });
        Assert.Equal("# One\n\nfirst paragraph", first.Text);
        Assert.Equal(new string('x', 60), (await tab.TextAsync(options with { MaxBytes = 60, Continue = first.Continue })).Text);
        // No blank line inside code is a block's end.
        Assert.Equal($"{new string('x', 100)}", (await tab.TextAsync(options with { MaxBytes = 110, Continue = first.Continue })).Text);
    }

    [Fact]
    public async Task A_token_of_another_text_is_refused()
    {
        var text = "<p>one</p><p>two</p>";
        var site = await ServeAsync(context => HtmlAsync(context, text));
        var tab = await OpenAsync();
        await tab.NavigateAsync(site).Soon();
        var options = new PageTextOptions { MaxBytes = 3 };
        var token = (await tab.TextAsync(options)).Continue;
        Assert.Equal(new PageText("two", null), await tab.TextAsync(options with { Continue = token }));
        text = "<p>one</p><p>three</p>";
        await tab.ReloadAsync().Soon();
        foreach (var wrong in new[] { token, "", "x", "5", "999999999-0123456789abcdef", "3-0123456789abcdef", "-1-0123456789abcdef" })
            Assert.Equal(DocumentFailure.TextChanged, (await Assert.ThrowsAsync<PageException>(() => tab.TextAsync(options with { Continue = wrong }))).Failure);
        Assert.Equal(DocumentFailure.TooLarge, (await Assert.ThrowsAsync<PageException>(async () =>
        {
            text = "<p>語</p>";
            await tab.ReloadAsync().Soon();
            await tab.TextAsync(new PageTextOptions { MaxBytes = 2 });
        })).Failure);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => tab.TextAsync(new PageTextOptions { MaxBytes = 0 }));
    }

    [Fact]
    public async Task An_outline_has_levels_and_anchors()
    {
        var tab = await OpenAsync();
        await tab.NavigateAsync(await ServeHtmlAsync("<h1 id=a>A</h1><h2><a name=b></a>B <i>c</i></h2><section id=d><h3>D</h3><h3>E</h3></section>")).Soon();
        Assert.Equal([new(1, "A", "a"), new(2, "B c", "b"), new(3, "D", "d"), new(3, "E", "")], await tab.OutlineAsync());
    }

    [Fact]
    public async Task Values_of_many_pieces_come_whole_and_a_wrong_schema_is_told()
    {
        var tab = await OpenAsync();
        await tab.NavigateAsync(await ServeHtmlAsync(string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"<p>number {i}</p>")))).Soon();
        var json = await tab.ExtractAsync("""{"type":"array","selector":"p","items":{"type":"integer"}}""").Soon();
        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, 20_000))}]", json);
        Assert.Equal(DocumentFailure.InvalidSchema, (await Assert.ThrowsAsync<PageException>(() => tab.ExtractAsync("[]"))).Failure);
    }

    private static string Squeeze(string text) => string.Concat(text.Where(static c => c is not ('\n' or ' ' or '>')));
}
