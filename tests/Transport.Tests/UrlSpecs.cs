using System.Text.Json;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.TransportTests;

/// <summary>Our URL parser compared with another one: <c>urls.tsv</c> has the result of Node's <c>URL</c> for each reference and base.</summary>
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

    /// <summary>A plain URL's parts are slices of its text; the parser, given the same URL, makes the same parts.</summary>
    [Fact]
    public void A_plain_URL_is_what_the_parser_makes_of_it()
    {
        string[] schemes = ["http://", "https://", "HTTP://", "ftp://", "http:/"];
        string[] hosts = ["a", "example.org", "EXAMPLE.org", "example.org.", "127.0.0.1", "127.1", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.04", "0x7f.1", "a.1", "a.0x1", "a.1b",
            "xn--bcher-kva.example", "xn--", "xn--a.example", "a.xn--\u00e9", "xn--55qx5d.xn--999", "bücher.example", "a..b", ".", "", "-", "a_b", "[::1]", "user@a", "user:secret@a", "a%41", "a b"];
        string[] ports = ["", ":", ":80", ":443", ":8080", ":08080", ":0", ":65535", ":65536", ":+1", ":1a"];
        string[] paths = ["", "/", "/a/b", "/./a", "/a/../b", "/a/..", "/.well-known/x", "/%2e/a", "/a%20b", "/a b", "/a\\b", "/é", "/a;b=c,d", "/a'b", "/{a}", "//", "/a//b", "/a:b@c"];
        string[] tails = ["", "?", "?a=b&c", "?a=%20", "?a='b'", "?a b", "?é", "??", "?a/b?c", "#f", "?a#f", " ", "\n"];
        var plain = 0;
        foreach (var text in from scheme in schemes from host in hosts from port in ports from path in paths from tail in tails select scheme + host + port + path + tail)
        {
            if (!PlainUrl.TryRead(text, out var read))
                continue;
            plain++;
            var parts = new UrlParts(null);
            Assert.True(parts.Read(text, null), text);
            Assert.Equal((parts.Scheme, parts.Host, parts.Port, "/" + string.Join('/', parts.Path), parts.Query), (read.Scheme, read.Host, read.Port, read.Path, read.Query));
            Assert.Equal(("", "", null), (parts.Username, parts.Password, parts.Fragment));
            Assert.True(WebUrl.TryParse(text, out var url));
            Assert.Equal([text, text, text], [url.ToString(), url.WithoutCredentials, url.WithoutFragment]);
            Assert.Equal($"{url.Scheme}://{url.Host}{(url.ExplicitPort < 0 ? "" : $":{url.ExplicitPort}")}{url.PathAndQuery}", text);
        }
        Assert.InRange(plain, 500, int.MaxValue);
        Assert.True(PlainUrl.TryRead("https://docs.example.org:8443/a/b.html?q=1", out _));
    }
}
