using System.Text;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;

namespace ActorBrowser.ClusterTests;

/// <summary>What the cluster keeps of tabs and identities.</summary>
public sealed class KeptTabSpecs
{
    private static readonly KeptTab s_tab = new(
        new TabOrder("") { IsPrivate = true, LoadImages = true, Initiator = FetchInitiator.PublicPage, Scripts = PageScripts.Page },
        new TabMemory(["https://a.test/", "https://b.test/"], 1, 7) { Title = "Tëst", Initiator = FetchInitiator.PublicPage, AnsweredForm = true });

    [Fact]
    public void A_tab_is_read_as_it_was_kept()
    {
        Assert.Equal(TabSamples.Show(s_tab), TabSamples.Show(KeptTab.Decode(s_tab.Encode())));
        var blank = new KeptTab(new TabOrder(""), null);
        Assert.Equal(TabSamples.Show(blank), TabSamples.Show(KeptTab.Decode(blank.Encode())));
    }

    [Fact]
    public void What_is_damaged_is_refused_and_nothing_else_happens()
    {
        var bytes = s_tab.Encode();
        var random = new Random(1);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<WireFormatException>(() => KeptTab.Decode(bytes.AsMemory(0, length)));
        for (var round = 0; round < 2000; round++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                KeptTab.Decode(damaged);
            }
            catch (WireFormatException)
            {
                // As it must be.
            }
        }
        Assert.Throws<WireFormatException>(() => KeptTab.Decode((s_tab with { Memory = s_tab.Memory! with { Position = 2 } }).Encode()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(99)]
    public void Of_a_long_history_the_part_around_its_position_is_kept(int position)
    {
        var history = Enumerable.Range(0, 100).Select(static number => $"https://a.test/{number:000}{new string('x', 1000)}").ToArray();
        var memory = KeptTab.Bounded(new TabMemory(history, position, 1) { Title = new string('t', 5000) });

        Assert.Equal(history[position], memory.History[memory.Position]);
        Assert.InRange(memory.History.Count, 14, 16);
        Assert.Equal(memory.History, history.Skip(position - memory.Position).Take(memory.History.Count));
        Assert.InRange(new KeptTab(new TabOrder(""), memory).Encode().Length, 1, new ReplicatedStore(Akka.Actor.ActorRefs.Nobody, default).MostBytes);
    }

    [Fact]
    public void A_short_history_is_kept_as_it_is()
    {
        var memory = s_tab.Memory!;
        Assert.Equal(TabSamples.Show(memory), TabSamples.Show(KeptTab.Bounded(memory)));
        Assert.Equal(-1, KeptTab.Bounded(new TabMemory([], -1, 0)).Position);
        Assert.Empty(KeptTab.Bounded(new TabMemory([new string('x', 1 << 17)], 0, 0)).History);
    }

    [Fact]
    public void Of_two_states_the_later_one_is_kept_whatever_the_order()
    {
        var (old, newer, other) = (new KeptRegister(1, "b", default(ReadOnlyMemory<byte>?)), new KeptRegister(2, "a", new byte[] { 1 }), new KeptRegister(2, "b", new byte[] { 2 }));
        foreach (var order in new[] { new[] { old, newer, other }, [other, newer, old], [newer, old, other], [newer, other, old] })
            Assert.Same(other, order.Aggregate(static (one, next) => one.Merge(next)));
        Assert.True(newer.Next("c", default(ReadOnlyMemory<byte>?), TimeProvider.System).Version > newer.Version);
        var future = new KeptRegister(long.MaxValue - 1, "", default(ReadOnlyMemory<byte>?));
        Assert.Equal(long.MaxValue, future.Next("c", default(ReadOnlyMemory<byte>?), TimeProvider.System).Version);
    }

    [Fact]
    public void Cookies_cross_in_full_until_they_are_too_many_and_then_the_least_used_stay_behind()
    {
        var (from, to) = (new NetworkIdentity(), new NetworkIdentity());
        var url = new Uri("https://a.test/");
        for (var number = 0; number < 100; number++)
            from.Take(url, [new HeaderField("Set-Cookie", $"c{number}={Convert.ToHexString(Random(number))}; Secure; HttpOnly; SameSite=Lax")]);
        var all = from.Export(KeptCookies.Shorten, 1 << 20, out var left);
        Assert.Equal(0, left);
        Assert.Null(to.Import(KeptCookies.Lengthen(all)));
        Assert.Equal(from.CookiesFor(url), to.CookiesFor(url));

        var few = from.Export(KeptCookies.Shorten, all.Length / 2, out left);
        Assert.InRange(left, 20, 80);
        Assert.InRange(few.Length, 1, all.Length / 2);
        Assert.Null(to.Import(KeptCookies.Lengthen(few)));
        Assert.Equal(100 - left, to.CookiesFor(url).Split(';').Length);

        static byte[] Random(int seed)
        {
            var bytes = new byte[64];
            new Random(seed).NextBytes(bytes);
            return bytes;
        }
    }

    [Fact]
    public void Cookies_that_are_damaged_or_too_long_are_refused()
    {
        Assert.Throws<WireFormatException>(() => KeptCookies.Lengthen(new byte[] { 0xff, 0xff, 0xff, 0xff }));
        Assert.Throws<WireFormatException>(() => KeptCookies.Lengthen(KeptCookies.Shorten(new byte[64 << 20])));
        Assert.NotNull(new NetworkIdentity().Import(Encoding.UTF8.GetBytes("{}")));
    }

    [Fact]
    public void A_change_of_cookies_is_told_once_for_each_response_that_changes_them()
    {
        var identity = new NetworkIdentity();
        var told = 0;
        identity.CookiesChanged = () => told++;
        var url = new Uri("https://a.test/");
        identity.Take(url, [new HeaderField("Set-Cookie", "a=1"), new HeaderField("Set-Cookie", "b=1")]);
        Assert.Equal(1, told);
        identity.Take(url, [new HeaderField("Content-Type", "text/html")]);
        Assert.Equal(1, told);
        identity.Take(url, [new HeaderField("Set-Cookie", "a=; Max-Age=0")]);
        Assert.Equal(2, told);
    }

    [Fact]
    public void A_name_is_short_and_of_a_few_characters()
    {
        Assert.Equal(new TabName("alice", "mail"), TabName.Parse("alice/mail"));
        foreach (var wrong in new[] { "", "alice", "alice/", "/mail", "a/b/c", "a b/c", "a/" + new string('x', 65) })
            Assert.Null(TabName.Parse(wrong));
        Assert.NotNull(TabName.Parse(TabName.Random().EntityId));
        var extractor = new TabExtractor(64);
        Assert.Equal(extractor.ShardId("alice/mail"), extractor.ShardId(new FindTab("alice/other")));
        Assert.True(Enumerable.Range(0, 1000).Select(number => extractor.ShardId($"i{number}/t")).Distinct().Count() > 60);
    }
}
