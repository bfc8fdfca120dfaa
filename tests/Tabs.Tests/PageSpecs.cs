using System.Text;

namespace ActorBrowser.TabsTests;

/// <summary>Pages as found on the web: encodings, and pages over a limit.</summary>
public sealed class PageSpecs() : BrowserSpecs("actorbrowser.tabs { max-depth = 200, max-nodes = 5000, max-page = 1 MiB }")
{
    static PageSpecs() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("utf-8", "text/html; charset=utf-8", "", "transport")]
    [InlineData("shift_jis", "text/html; charset=\"Shift_JIS\"", "", "transport")]
    [InlineData("windows-1252", "text/html", "", "default")]
    [InlineData("iso-8859-15", "text/html", "<meta charset=iso-8859-15>", "meta")]
    [InlineData("koi8-r", "text/html", "<!-- <meta charset=utf-8> --><meta http-equiv=content-type content='text/html; charset=koi8-r'>", "meta")]
    [InlineData("utf-16", "text/html; charset=utf-8", "", "bom")]
    [InlineData("euc-kr", "text/html; charset=nonsense", "<META CHARSET='ks_c_5601-1987'/>", "meta")]
    public async Task An_encoding_is_sniffed_as_the_standard_says(string encoding, string type, string meta, string source)
    {
        var codec = Encoding.GetEncoding(encoding);
        var title = encoding switch { "shift_jis" => "日本", "koi8-r" => "Привет", "euc-kr" => "한국", _ => "é–€"[..(encoding == "windows-1252" ? 2 : 1)] };
        var bytes = codec.GetBytes($"{meta}<title>{title}</title>");
        if (encoding == "utf-16")
            bytes = [.. codec.GetPreamble(), .. bytes];
        var site = await ServeAsync(context =>
        {
            context.Response.ContentType = type;
            return context.Response.Body.WriteAsync(bytes).AsTask();
        });
        var page = await (await OpenAsync()).NavigateAsync(site).Soon();
        Assert.Equal((title, source), (page.Document.Title, page.Document.EncodingSource));
    }

    [Fact]
    public async Task A_page_that_is_nested_too_deep_ends_in_an_error()
    {
        var site = await ServeHtmlAsync(string.Concat(Enumerable.Repeat("<div>", 1000)));
        Assert.Equal("The page's elements are nested more than 200 deep.", (await FailAsync(site)).Message);
    }

    [Fact]
    public async Task A_page_with_too_many_nodes_ends_in_an_error()
    {
        var site = await ServeHtmlAsync(string.Concat(Enumerable.Repeat("<b>x</b>", 4000)));
        Assert.Equal("The page has more than 5000 nodes.", (await FailAsync(site)).Message);
    }

    [Fact]
    public async Task A_page_that_is_too_long_ends_in_an_error()
    {
        var site = await ServeHtmlAsync(new string('x', 2 << 20));
        Assert.Contains("1048576", (await FailAsync(site)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_is_text_and_not_markup()
    {
        var site = await ServeAsync(context => HtmlAsync(context, "a < b\n  <title>no</title>\n", "text/plain; charset=utf-8"));
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        Assert.Equal("", page.Document.Title);
        Assert.Equal("a < b\n  <title>no</title>", await tab.TextAsync());
    }

    [Fact]
    public async Task A_large_page_travels_in_shared_memory_and_arrives_whole()
    {
        var words = string.Join(' ', Enumerable.Range(0, 100_000));
        var site = await ServeHtmlAsync($"<title>large</title><p>{words}</p>");
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        Assert.Equal((100_000, words.Length), (page.Document.Counts.Words, page.Document.Counts.TextLength));
        Assert.Equal(words, await tab.TextAsync());
    }

    private async Task<PageException> FailAsync(string url)
    {
        var tab = await OpenAsync();
        return await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync(url).Soon());
    }
}
