using ActorBrowser.Transport.Http;

namespace ActorBrowser.TabsTests;

/// <summary>Cookies as browsers parse them. The expected values are RFC 6265bis's, or Chromium's where it was tried.</summary>
public sealed class CookieSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private static WebUrl Url(string url) => WebUrl.TryParse(url, out var parsed) ? parsed : throw new ArgumentException(url);

    private static string SentBack(string setAt, string askedAt, params string[] fields)
    {
        var jar = new CookieJar();
        foreach (var field in fields)
            jar.Take(Url(setAt), null, field, Now);
        return jar.For(Url(askedAt), null, Now);
    }

    [Theory]
    [InlineData("prefs=a,b,c; Path=/", "prefs=a,b,c")]
    [InlineData("""j={"a":1,"b":2}; Path=/""", """j={"a":1,"b":2}""")]
    [InlineData("a=1; Expires=not-a-date", "a=1")]
    [InlineData("a=1; Expires=0", "a=1")]
    [InlineData("a=1; expires=Wed Jun  9 10:18:14 2038", "a=1")]
    [InlineData("a=1; Expires=Mi, 09 Jun 2038 10:18:14 GMT", "a=1")]
    [InlineData("a=1; expires=Wed, 09-Jun-38 10:18:14 GMT", "a=1")]
    [InlineData("a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", "a=1")]
    [InlineData("a=1; Expires=10:18:14x 2038 june 9th", "a=1")]
    [InlineData("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "")]
    [InlineData("a=1; Expires=Thu, 01-Jan-70 00:00:00 GMT", "")]
    [InlineData("a=1; Expires=Thu, 31 Feb 1970 00:00:00 GMT", "a=1")]
    [InlineData("a=1; Expires=Thu, 01 Jan 1970 24:00:00 GMT", "a=1")]
    [InlineData("a=1; Max-Age=99999999999999999999", "a=1")]
    [InlineData("a=1; Max-Age=-99999999999999999999", "")]
    [InlineData("a=1; Max-Age=+1", "a=1")]
    [InlineData("a=1; Max-Age=1e1; Max-Age=0", "")]
    [InlineData("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=3600", "a=1")]
    [InlineData("a=1; Max-Age=0; Expires=Fri, 31 Dec 2030 23:59:59 GMT", "")]
    [InlineData("a=1; Domain=", "a=1")]
    [InlineData("a=1; Domain=.", "a=1")]
    [InlineData("=value", "value")]
    [InlineData("justvalue", "justvalue")]
    [InlineData("=", "")]
    [InlineData("", "")]
    [InlineData("$d=1; Version=1", "$d=1")]
    [InlineData("  a \t= b c \t; Path=/", "a=b c")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("a=\"q;q\"", "a=\"q")]
    [InlineData("a=1\u0001", "")]
    [InlineData("a=1\u007f", "")]
    [InlineData("a=1; Secure", "")]
    [InlineData("a=1; SameSite=None", "")]
    [InlineData("a=1; SameSite=Strict", "a=1")]
    [InlineData("a=1; SameSite=nonsense; HttpOnly", "a=1")]
    [InlineData("__Secure-a=1", "")]
    [InlineData("__Host-a=1; Path=/", "")]
    [InlineData("__host-a=1; Path=/", "")]
    [InlineData("=__Host-a=1", "")]
    [InlineData("__Secure-", "")]
    public void A_field_is_read_as_browsers_read_it(string field, string sent) =>
        Assert.Equal(sent, SentBack("http://app.example.test/x", "http://app.example.test/y", field));

    [Theory]
    [InlineData("__Secure-a=1; Secure", "__Secure-a=1")]
    [InlineData("__Host-a=1; Secure; Path=/", "__Host-a=1")]
    [InlineData("__Host-a=1; Secure", "")]
    [InlineData("__Host-a=1; Secure; Path=/x", "")]
    [InlineData("__Host-a=1; Secure; Path=/; Domain=example.test", "")]
    [InlineData("__Http-a=1; Secure; HttpOnly", "__Http-a=1")]
    [InlineData("__Http-a=1; Secure", "")]
    [InlineData("__Http-a=1; HttpOnly", "")]
    [InlineData("__Host-Http-a=1; Secure; HttpOnly; Path=/", "__Host-Http-a=1")]
    [InlineData("__Host-Http-a=1; Secure; Path=/", "")]
    [InlineData("__Host-Http-a=1; Secure; HttpOnly", "")]
    [InlineData("=__http-a=1", "")]
    [InlineData("a=1; SameSite=None; Secure", "a=1")]
    public void Prefixes_keep_their_promise(string field, string sent) =>
        Assert.Equal(sent, SentBack("https://app.example.test/x", "https://app.example.test/x", field));

    [Theory]
    [InlineData("a.foo.co.uk", "co.uk", "b.bar.co.uk", false)]
    [InlineData("a.foo.co.uk", "co.uk", "a.foo.co.uk", false)]
    [InlineData("a.foo.co.uk", ".CO.UK", "b.bar.co.uk", false)]
    [InlineData("a.foo.co.uk", "foo.co.uk", "b.foo.co.uk", true)]
    [InlineData("a.com", "com", "b.com", false)]
    [InlineData("me.github.io", "github.io", "you.github.io", false)]
    [InlineData("a.b.ck", "b.ck", "c.b.ck", false)]
    [InlineData("a.www.ck", "www.ck", "b.www.ck", true)]
    [InlineData("x.公司.cn", "公司.cn", "y.公司.cn", false)]
    [InlineData("x.y.unknown-tld", "y.unknown-tld", "z.y.unknown-tld", true)]
    [InlineData("a.unknown-tld", "unknown-tld", "b.unknown-tld", false)]
    [InlineData("github.io", "github.io", "github.io", true)]
    [InlineData("github.io", "github.io", "me.github.io", false)]
    [InlineData("app.example.test", "example.test", "example.test", true)]
    [InlineData("app.example.test", "example.test", "badexample.test", false)]
    [InlineData("example.test", "app.example.test", "app.example.test", false)]
    [InlineData("127.0.0.1", "0.0.1", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "1", "10.0.0.1", false)]
    public void A_domain_reaches_no_other_site(string setBy, string domain, string askedOf, bool sent) =>
        Assert.Equal(sent ? "a=1" : "", SentBack($"http://{setBy}/", $"http://{askedOf}/", $"a=1; Domain={domain}"));

    [Theory]
    [InlineData("/a/b", null, "/a/c", true)]
    [InlineData("/a/b", null, "/a", true)]
    [InlineData("/a/b", null, "/ab", false)]
    [InlineData("/", "/foo", "/foobar", false)]
    [InlineData("/", "/foo", "/foo/bar", true)]
    [InlineData("/", "/foo/", "/foo", false)]
    [InlineData("/a/b", "relative", "/a/x", true)]
    public void A_path_matches_whole_segments(string setAt, string? path, string askedAt, bool sent) =>
        Assert.Equal(sent ? "a=1" : "", SentBack("http://h.test" + setAt, "http://h.test" + askedAt, path is null ? "a=1" : $"a=1; Path={path}"));

    [Fact]
    public void Longer_paths_come_first_and_a_new_value_keeps_its_place()
    {
        Assert.Equal("c=3; a=9; b=2", SentBack("http://h.test/x/y", "http://h.test/x/y", "a=1; Path=/", "b=2; Path=/", "c=3; Path=/x", "a=9; Path=/"));
        Assert.Equal("", SentBack("http://h.test/", "http://h.test/", "a=1; Path=/", "a=; Max-Age=0; Path=/"));
    }

    [Fact]
    public void Sizes_and_numbers_are_limited()
    {
        Assert.Equal("", SentBack("http://h.test/", "http://h.test/", "a=" + new string('x', 4096)));
        Assert.Equal(4097, SentBack("http://h.test/", "http://h.test/", "a=" + new string('x', 4095)).Length);
        Assert.Equal("a=1", SentBack("http://h.test/", "http://h.test/", "a=1; Path=/" + new string('x', 1024)));
        var jar = new CookieJar();
        for (var i = 0; i < 5000; i++)
            jar.Take(Url($"http://h{i / 300}.test/"), null, $"c{i}=1", Now);
        Assert.InRange(jar.Count, 1, 3300);
        Assert.Equal(30, SentBack("http://h.test/", "http://h.test/", [.. Enumerable.Range(0, 30).Select(static i => $"c{i}={i}")]).Split("; ").Length);
        Assert.Equal(180, SentBack("http://h.test/", "http://h.test/", [.. Enumerable.Range(0, 500).Select(static i => $"c{i}={i}")]).Split("; ").Length);
    }

    [Fact]
    public void Secure_cookies_stay_on_secure_channels_and_cannot_be_replaced_from_others()
    {
        var jar = new CookieJar();
        jar.Take(Url("https://h.test/"), null, "a=1; Secure", Now);
        jar.Take(Url("http://h.test/"), null, "a=2", Now);
        jar.Take(Url("http://x.h.test/"), null, "a=3; Domain=h.test", Now);
        Assert.Equal(("", "a=1"), (jar.For(Url("http://h.test/"), null, Now), jar.For(Url("https://h.test/"), null, Now)));
    }

    [Fact]
    public void A_page_of_another_site_gets_only_what_says_SameSite_None()
    {
        var jar = new CookieJar();
        foreach (var field in new[] { "d=1", "l=1; SameSite=Lax", "s=1; SameSite=Strict", "n=1; SameSite=None; Secure" })
            jar.Take(Url("https://shop.example.com/"), null, field, Now);
        Assert.Equal("n=1", jar.For(Url("https://shop.example.com/"), Url("https://evil.com/"), Now));
        Assert.Equal("d=1; l=1; s=1; n=1", jar.For(Url("https://shop.example.com/"), Url("https://www.example.com/"), Now));
        jar.Take(Url("https://shop.example.com/"), Url("https://evil.com/"), "x=1", Now);
        Assert.DoesNotContain("x=1", jar.For(Url("https://shop.example.com/"), null, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cookie_ends_when_it_says_and_after_400_days_at_the_latest()
    {
        var jar = new CookieJar();
        jar.Take(Url("http://h.test/"), null, "a=1; Max-Age=60", Now);
        jar.Take(Url("http://h.test/"), null, "b=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", Now);
        Assert.Equal("b=1", jar.For(Url("http://h.test/"), null, Now.AddSeconds(60)));
        Assert.Equal("", jar.For(Url("http://h.test/"), null, Now.AddDays(400)));
    }
}
