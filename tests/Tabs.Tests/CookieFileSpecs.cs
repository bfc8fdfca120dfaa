using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.TabsTests;

/// <summary>Cookies in a file: what is kept, by whom, and what a damaged file does.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CookieFileSpecs : IDisposable
{
    private static readonly Uri Site = new("https://app.example.test/");

    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-cookies").FullName;

    private string File => Path.Combine(_folder, "cookies");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Set(NetworkIdentity identity, params string[] cookies) => identity.Take(Site, [.. cookies.Select(static cookie => new HeaderField("Set-Cookie", cookie))]);

    [Fact]
    public async Task Persistent_cookies_outlive_the_identity_with_all_their_rules()
    {
        var first = NetworkIdentity.FromFile(File);
        Set(first, "a=1; Max-Age=1000; Path=/x; Secure; HttpOnly; SameSite=Strict", "session=2", "b=\u00fc\"\\; Max-Age=1000; Domain=example.test", "__Host-c=3; Max-Age=1000; Secure; Path=/", "gone=4; Max-Age=1000");
        await first.SaveCookiesAsync();
        Set(first, "gone=; Max-Age=0");
        await first.SaveCookiesAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        var second = NetworkIdentity.FromFile(File);
        Assert.Equal("a=1; b=\u00fc\"\\; __Host-c=3", second.CookiesFor(new Uri("https://app.example.test/x")));
        Assert.Equal("b=\u00fc\"\\", second.CookiesFor(new Uri("http://other.example.test/")));
        Assert.Equal("b=\u00fc\"\\", second.CookiesFor(new Uri("http://app.example.test/x")));
        Assert.True(WebUrl.TryParse("https://app.example.test/x", out var url) & WebUrl.TryParse("https://evil.test/", out var page));
        Assert.Equal("b=\u00fc\"\\; __Host-c=3", second.CookiesFor(url!, new RequestContext(page, IsNavigation: true, IsSafe: true)));
        Assert.Equal("", second.CookiesFor(url!, new RequestContext(page, IsNavigation: true, IsSafe: false)));
        Assert.Equal(["cookies", "cookies.lock"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Session_cookies_are_kept_if_asked_for()
    {
        var first = NetworkIdentity.FromFile(File, keepSessionCookies: true);
        Set(first, "session=2", "a=1; Max-Age=1000");
        await first.SaveCookiesAsync();
        Assert.Equal("session=2; a=1", NetworkIdentity.FromFile(File, keepSessionCookies: true).CookiesFor(Site));
    }

    [Fact]
    public async Task Two_identities_with_one_file_lose_nothing_of_each_other()
    {
        var (one, two) = (NetworkIdentity.FromFile(File), NetworkIdentity.FromFile(File));
        var work = new List<Task>();
        for (var i = 0; i < 40; i++)
        {
            Set(one, $"one{i}=1; Max-Age=1000");
            Set(two, $"two{i}=1; Max-Age=1000");
            work.Add(one.SaveCookiesAsync());
            work.Add(two.SaveCookiesAsync());
        }
        await Task.WhenAll(work).Soon();
        Assert.Equal(80, NetworkIdentity.FromFile(File).CookiesFor(Site).Split("; ").Length);
        // Who writes takes over what the other has written, also that a cookie is gone.
        Set(one, "one0=; Max-Age=0", "x=1; Max-Age=1000");
        await one.SaveCookiesAsync();
        Set(two, "y=1; Max-Age=1000");
        await two.SaveCookiesAsync();
        Assert.Equal(81, two.CookiesFor(Site).Split("; ").Length);
        Assert.DoesNotContain("one0=", two.CookiesFor(Site), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("# Netscape HTTP Cookie File")]
    [InlineData("""{"format":"actorbrowser-cookies","version":2,"cookies":[]}""")]
    [InlineData("""{"format":"actorbrowser-cookies","version":1,"cookies":[{}]}""")]
    [InlineData("""{"format":"actorbrowser-cookies","version":1,"cookies":[{"name":"a\r\nX: y","value":"","domain":"x","hostOnly":true,"path":"/","secure":false,"httpOnly":false,"sameSite":"Lax"}]}""")]
    [InlineData("""{"format":"actorbrowser-cookies","version":1,"cookies":[{"name":"a","value":"1","domain":"x","hostOnly":true,"path":"/","secure":false,"httpOnly":false,"sameSite":"Lax","expires":1e300}]}""")]
    [InlineData("""{"format":"actorbrowser-cookies","version":1,"cookies":[{"name":"a","value":"1","domain":"x","hostOnly":1""")]
    public async Task A_damaged_file_is_refused_and_left_alone(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text);
        Assert.Equal(CookieFileFailure.Damaged, Assert.Throws<CookieFileException>(() => NetworkIdentity.FromFile(File)).Kind);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File));
        // Also one that is damaged later, by another program.
        System.IO.File.Delete(File);
        var identity = NetworkIdentity.FromFile(File);
        await System.IO.File.WriteAllTextAsync(File, text);
        Set(identity, "a=1; Max-Age=1000");
        Assert.Equal(CookieFileFailure.Damaged, (await Assert.ThrowsAsync<CookieFileException>(() => identity.SaveCookiesAsync().Soon())).Kind);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File));
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_is_a_typed_failure()
    {
        Assert.Equal(CookieFileFailure.Unreadable, Assert.Throws<CookieFileException>(() => NetworkIdentity.FromFile(_folder)).Kind);
        var nowhere = NetworkIdentity.FromFile(Path.Combine(_folder, "none", "cookies"));
        Set(nowhere, "a=1; Max-Age=1000");
        Assert.Equal(CookieFileFailure.Unwritable, (await Assert.ThrowsAsync<CookieFileException>(() => nowhere.SaveCookiesAsync().Soon())).Kind);
        Assert.Equal("a=1", nowhere.CookiesFor(Site));
    }

    [Fact]
    public async Task A_bomb_of_cookies_is_as_large_as_a_jar()
    {
        var identity = NetworkIdentity.FromFile(File);
        Set(identity, "keep=1; Max-Age=1000; Secure");
        Set(identity, [.. Enumerable.Range(0, 10_000).Select(static i => $"c{i}={new string('x', 4000)}; Max-Age=1000")]);
        Set(identity, $"huge={new string('x', 1 << 20)}; Max-Age=1000", $"attributes=1; Max-Age=1000; {new string('y', 1 << 20)}");
        for (var i = 0; i < 4000; i++)
            identity.Take(new Uri($"https://site{i}.test/"), [new HeaderField("Set-Cookie", $"a={i}; Max-Age=1000")]);
        await identity.SaveCookiesAsync().Soon();
        var kept = identity.CookiesFor(Site);
        Assert.DoesNotContain("huge=", kept, StringComparison.Ordinal);
        // The site's insecure cookies go first.
        Assert.InRange(kept.Split("; ").Length, 0, 180);
        Assert.InRange(new FileInfo(File).Length, 1, 64 << 20);
        Assert.Equal(3300, Encoding.UTF8.GetString(await System.IO.File.ReadAllBytesAsync(File)).Split("\"name\"").Length - 1);
    }
}
