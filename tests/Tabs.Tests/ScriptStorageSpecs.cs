using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.TabsTests;

/// <summary>What a page's scripts may keep: cookies that are not HttpOnly, and the items of the page's origin up to a limit.</summary>
public sealed class ScriptStorageSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly LocalStorage _storage = new();

    [Fact]
    public void A_script_neither_sees_nor_makes_nor_replaces_a_cookie_that_is_HttpOnly()
    {
        var page = WebUrl.TryParse("https://shop.example/a/b", out var parsed) ? parsed : throw new InvalidOperationException();
        var jar = new CookieJar();
        jar.Take(page, null, "session=secret; HttpOnly; Path=/", Now);
        jar.Take(page, null, "theme=dark; Path=/", Now);
        Assert.Equal("theme=dark", jar.ForScript(page, Now));

        jar.TakeFromScript(page, "session=mine; Path=/", Now);
        jar.TakeFromScript(page, "session=; Path=/; Max-Age=0", Now);
        jar.TakeFromScript(page, "other=1; HttpOnly", Now);
        jar.TakeFromScript(page, "foreign=1; Domain=example.org", Now);
        jar.TakeFromScript(page, "theme=light; Path=/", Now);
        jar.TakeFromScript(page, "tab=1", Now);
        Assert.Equal("tab=1; theme=light", jar.ForScript(page, Now));
        Assert.Equal("tab=1; session=secret; theme=light", jar.For(page, null, Now));
    }

    [Fact]
    public void An_origin_has_its_own_items()
    {
        Set("http://a.test", "k", "1");
        Set("http://a.test:81", "k", "2");
        Set("http://a.test", "l", "");
        Change("http://a.test", PageStorageChangeKind.RemoveItem, "m");
        Assert.Equal(["k=1", "l="], Items("http://a.test"));
        Change("http://a.test", PageStorageChangeKind.RemoveItem, "k");
        Assert.Equal(["l="], Items("http://a.test"));
        Change("http://a.test", PageStorageChangeKind.Clear, "");
        Assert.Equal([], Items("http://a.test"));
        Assert.Equal(["k=2"], Items("http://a.test:81"));
    }

    [Theory]
    [InlineData(PageStorage.LongestItem - 1, true)]
    [InlineData(PageStorage.LongestItem, true)]
    [InlineData(PageStorage.LongestItem + 1, false)]
    [InlineData(PageStorage.LongestItem * 100, false)]
    public void An_item_is_kept_up_to_the_limit_and_each_message_fits_a_frame(int length, bool isKept)
    {
        for (var i = 0; i < 5; i++)
            Set("http://a.test", $"{i}", new string('€', length - 1));
        Assert.Equal(isKept ? 5 : 0, Items("http://a.test").Count);
        Assert.All(_storage.Of("http://a.test"), static message => Assert.InRange(message.Items.Sum(static item => 3 * (item.Key.Length + item.Value.Length)), 0, 400 << 10));
    }

    [Fact]
    public void An_origin_keeps_no_more_than_its_share_and_an_identity_no_more_than_so_many_origins()
    {
        for (var i = 0; i < 20; i++)
            Set("http://a.test", $"{i:00}", new string('x', 100_000));
        Assert.Equal(10, Items("http://a.test").Count);
        // A longer value for an item that is there counts once.
        Set("http://a.test", "00", new string('y', 48_000 + 100_000));
        Assert.Equal('x', Items("http://a.test")[0][3]);
        Set("http://a.test", "00", new string('y', 100_000 + 28_000));
        Assert.Equal('y', Items("http://a.test")[0][3]);
        for (var i = 0; i < 20_000; i++)
            Set("http://b.test", $"{i}", "");
        Assert.Equal(PageStorage.MostItems, Items("http://b.test").Count);
        for (var i = 0; i < 1000; i++)
            Set($"http://{i}.test", "k", "v");
        Assert.Equal(254, Enumerable.Range(0, 1000).Count(i => Items($"http://{i}.test").Count > 0));
    }

    private void Set(string origin, string key, string value) => _storage.Change(origin, new PageStorageChange(PageStorageChangeKind.SetItem, key, value));

    private void Change(string origin, PageStorageChangeKind kind, string key) => _storage.Change(origin, new PageStorageChange(kind, key, ""));

    private List<string> Items(string origin) => [.. _storage.Of(origin).SelectMany(static message => message.Items).Select(static item => $"{item.Key}={item.Value}")];
}
