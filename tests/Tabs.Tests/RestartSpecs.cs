using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>What a restart of an actor keeps and ends, and how waiting parties learn of it: the rows of docs/failure-modes.md.</summary>
public sealed class RestartSpecs() : BrowserSpecs("actorbrowser.pools.image-decoder { max-processes = 1, spares = 0 }")
{
    private static readonly byte[] Pixel = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP4z8Dwn4HhfwMAD3oDfgvLLrEAAAAASUVORK5CYII=");

    // The browser creates its services at its start, which is over once it answers.
    private async Task<IActorRef> ServiceAsync(string name)
    {
        await Browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        return await Sys.ActorSelection(Browser.Path / name).ResolveOne(Deadline.Long);
    }

    [Fact]
    public async Task A_tab_that_fails_keeps_its_number_history_cookies_and_subscribers_and_reload_works()
    {
        var cookies = new List<string>();
        var site = await ServeAsync(context =>
        {
            cookies.Add(context.Request.Headers.Cookie.ToString());
            context.Response.Headers.SetCookie = "a=1";
            return HtmlAsync(context, $"<title>{context.Request.Path}</title>");
        });
        var tab = await OpenAsync();
        await tab.NavigateAsync(site + "/one").Soon();
        var page = await tab.NavigateAsync(site + "/two").Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        tab.Tab.Tell(new Poison());
        string failed;
        do
        {
            failed = (await NextAsync<LoadFailed>(events)).Message;
        }
        while (!failed.Contains(nameof(PoisonException), StringComparison.Ordinal));
        var snapshot = await tab.SnapshotAsync();
        Assert.Equal((tab.Number, TabState.Failed, site + "/two", 1, failed), (snapshot.Number, snapshot.State, snapshot.Url, snapshot.Position, snapshot.Problem));
        Assert.Equal([site + "/one", site + "/two"], snapshot.History);
        await ProcessTable.Until(() => !ProcessTable.Exists(page.ProcessId), Deadline.Long);
        cookies.Clear();
        Assert.Equal("/two", (await tab.ReloadAsync().Soon()).Document.Title);
        Assert.Equal(["a=1"], cookies);
    }

    [Fact]
    public async Task A_tab_that_fails_tells_each_asker_and_the_one_whose_navigation_it_was()
    {
        using var begun = new SemaphoreSlim(0);
        var site = await ServeSlowAsync(begun);
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await Signals.SendAsync(page.ProcessId, "STOP");
        var question = tab.QueryAsync(new Query(DocumentQuery.Text));
        tab.Tab.Tell(new Poison());
        Assert.Contains(nameof(PoisonException), (await Assert.ThrowsAsync<PageException>(() => question.Soon())).Message, StringComparison.Ordinal);
        var load = tab.NavigateAsync(site + "/slow");
        Assert.True(await begun.WaitAsync(Deadline.Long));
        tab.Tab.Tell(new Poison());
        Assert.Contains(nameof(PoisonException), (await Assert.ThrowsAsync<PageException>(() => load.Soon())).Message, StringComparison.Ordinal);
        Assert.Equal("x", (await tab.NavigateAsync(site).Soon()).Document.Title);
    }

    [Fact]
    public async Task A_tab_that_fails_again_and_again_is_closed_and_says_so()
    {
        var tab = await OpenAsync();
        for (var i = 0; i < 6; i++)
            tab.Tab.Tell(new Poison());
        await using var events = tab.Events.GetAsyncEnumerator();
        Assert.Contains("failed too often", (await NextAsync<TabProtocol.Closed>(events)).Problem, StringComparison.Ordinal);
        Assert.Contains("failed too often", (await Assert.ThrowsAsync<PageException>(() => tab.SnapshotAsync().Soon())).Message, StringComparison.Ordinal);
        Assert.Contains("failed too often", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("http://127.0.0.1:1/").Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manager_of_tabs_fails_and_no_tab_feels_it_and_it_uses_no_number_twice()
    {
        var site = await ServeHtmlAsync("<title>x</title>");
        var before = await OpenAsync();
        await before.NavigateAsync(site).Soon();
        (await ServiceAsync("tabs")).Tell(new Poison());
        var after = await OpenAsync();
        Assert.True(after.Number > before.Number);
        Assert.Equal("x", (await before.QueryAsync(new Query(DocumentQuery.Select) { Argument = "title" })).Items.Single().Text);
        Assert.Equal("x", (await after.NavigateAsync(site).Soon()).Document.Title);
    }

    [Fact]
    public async Task The_image_service_fails_and_each_who_waits_is_told_and_no_decoder_stays_lent()
    {
        var service = await ServiceAsync("images");
        var decoder = (await DecodeAsync()).ProcessId;
        await Signals.SendAsync(decoder, "STOP");
        var waiting = Enumerable.Range(0, 3).Select(_ => Browser.Ask<object>(new ImageProtocol.Decode(Pixel), Deadline.Long)).ToArray();
        await AwaitAssertAsync(async () => Assert.Contains((await PoolsAsync()).Where(static pool => pool.Role == "image-decoder"), static pool => pool.Lent > 0), Deadline.Long);
        service.Tell(new Poison());
        foreach (var answer in await Task.WhenAll(waiting).Soon())
            Assert.Contains(nameof(PoisonException), Assert.IsType<ImageProtocol.DecodeRefused>(answer).Message, StringComparison.Ordinal);
        await ProcessTable.Until(() => !ProcessTable.Exists(decoder), Deadline.Long);
        (await DecodeAsync()).Dispose();
        await AwaitAssertAsync(async () => Assert.DoesNotContain(await PoolsAsync(), static pool => pool.Lent > 0), Deadline.Long);
    }

    [Fact]
    public async Task The_pool_of_renderers_fails_and_each_borrower_is_told_and_gets_another()
    {
        var site = await ServeHtmlAsync("<title>x</title>");
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        (await ServiceAsync("renderers")).Tell(new WorkerPool.Return(new object(), null!, true));
        Assert.Contains("was restarted", (await NextAsync<Crashed>(events)).Message, StringComparison.Ordinal);
        await ProcessTable.Until(() => !ProcessTable.Exists(page.ProcessId), Deadline.Long);
        Assert.Equal("x", (await tab.ReloadAsync().Soon()).Document.Title);
    }

    [Fact]
    public async Task An_asker_that_stops_gives_its_decoder_back()
    {
        (await DecodeAsync()).Dispose();
        var asker = CreateTestProbe();
        var decoder = (await DecodeAsync()).ProcessId;
        await Signals.SendAsync(decoder, "STOP");
        Browser.Tell(new ImageProtocol.Decode(Pixel), asker.Ref);
        await AwaitAssertAsync(async () => Assert.Contains(await PoolsAsync(), static pool => pool.Lent > 0), Deadline.Long);
        Sys.Stop(asker.Ref);
        await AwaitAssertAsync(async () => Assert.DoesNotContain(await PoolsAsync(), static pool => pool.Lent > 0), Deadline.Long);
        await ProcessTable.Until(() => !ProcessTable.Exists(decoder), Deadline.Long);
    }

    private async Task<DecodedImage> DecodeAsync() => Assert.IsType<DecodedImage>(await Browser.Ask<object>(new ImageProtocol.Decode(Pixel), Deadline.Long));

    private async Task<IReadOnlyList<PoolStatus>> PoolsAsync()
    {
        var probe = CreateTestProbe();
        Browser.Tell(new BrowserProtocol.GetPools(), probe.Ref);
        return (await probe.ExpectMsgAsync<BrowserProtocol.Pools>(Deadline.Long)).All;
    }
}

/// <summary>A message that makes any actor that checks its messages fail: only tests can create it.</summary>
internal sealed class Poison : IValidated, ICommand
{
    object? IValidated.Refusal() => throw new PoisonException();
}

internal sealed class PoisonException() : Exception("poisoned by a test");
