using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Every call to a tab ends when its tab, its renderer, its browser or the whole actor system ends.</summary>
public sealed class EndSpecs : BrowserSpecs
{
    [Fact]
    public async Task When_the_browser_stops_each_call_says_so_and_so_does_each_call_after_it()
    {
        var (tab, question, load) = await WaitingAsync();
        Sys.Stop(Browser);
        await AssertStoppedAsync(tab, question, load);
        await Assert.ThrowsAsync<BrowserStoppedException>(() => BrowserClient.For(Browser).OpenTabAsync().Soon());
        await tab.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task When_the_actor_system_terminates_each_call_says_so_and_so_does_each_call_after_it()
    {
        var (tab, question, load) = await WaitingAsync();
        var terminated = Sys.Terminate();
        // A tab that has not stopped yet may still answer with its page.
        await AssertStoppedAsync(tab, question, load, isOver: false);
        await terminated.Soon();
        await AssertStoppedAsync(tab, tab.QueryAsync(new Query(DocumentQuery.Text)), tab.NavigateAsync("http://127.0.0.1:1/"));
        await Assert.ThrowsAsync<BrowserStoppedException>(() => BrowserClient.For(Browser).OpenTabAsync().Soon());
        await tab.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task After_a_tab_is_closed_each_call_says_so()
    {
        var tab = await OpenAsync();
        await tab.DisposeAsync().AsTask().Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        Assert.Null((await NextAsync<TabProtocol.Closed>(events)).Problem);
        Assert.False(await events.MoveNextAsync().AsTask().Soon());
        Assert.Equal("The tab is closed.", (await Assert.ThrowsAsync<PageException>(() => tab.SnapshotAsync().Soon())).Message);
        Assert.Equal("The tab is closed.", (await Assert.ThrowsAsync<PageException>(() => tab.QueryAsync(new Query(DocumentQuery.Text)).Soon())).Message);
        Assert.Equal("The tab is closed.", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("http://127.0.0.1:1/").Soon())).Message);
        await tab.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task A_lost_renderer_s_record_is_in_the_exception_of_each_who_waited()
    {
        var site = await ServeHtmlAsync("<title>kept</title>");
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await Signals.SendAsync(page.ProcessId, "STOP");
        var question = tab.QueryAsync(new Query(DocumentQuery.Text));
        await Signals.SendAsync(page.ProcessId, "KILL");
        var lost = await Assert.ThrowsAsync<PageException>(() => question.Soon());
        Assert.Equal((page.ProcessId, 9), (lost.Exited?.ProcessId, lost.Exited?.Signal));
        Assert.NotNull(lost.Exited!.LastStderrLines);
        // The problem is not part of the page's title.
        var snapshot = await tab.SnapshotAsync();
        Assert.Equal((TabState.Crashed, "kept"), (snapshot.State, snapshot.Title));
        Assert.StartsWith("This page's renderer", snapshot.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tab_that_comes_after_its_client_has_given_up_is_closed()
    {
        var browser = CreateTestProbe();
        using var patience = new CancellationTokenSource();
        var opening = BrowserClient.For(browser.Ref).OpenTabAsync(cancellation: patience.Token);
        await browser.ExpectMsgAsync<OpenTab>(Deadline.Long);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.Soon());
        var tab = CreateTestProbe();
        browser.Reply(new TabOpened(tab.Ref, 1));
        await tab.ExpectMsgAsync<Close>(Deadline.Long);
    }

    private async Task<(TabClient Tab, Task Question, Task Load)> WaitingAsync()
    {
        using var begun = new SemaphoreSlim(0);
        var site = await ServeSlowAsync(begun);
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await Signals.SendAsync(page.ProcessId, "STOP");
        var question = tab.QueryAsync(new Query(DocumentQuery.Text));
        var load = tab.NavigateAsync(site + "/slow");
        Assert.True(await begun.WaitAsync(Deadline.Long));
        return (tab, question, load);
    }

    private static async Task AssertStoppedAsync(TabClient tab, Task question, Task load, bool isOver = true)
    {
        await Assert.ThrowsAsync<BrowserStoppedException>(() => load.Soon());
        // The tab's own message that it is closed may arrive first.
        Assert.True(await Record.ExceptionAsync(() => question.Soon()) is BrowserStoppedException or PageException);
        if (isOver)
            await Assert.ThrowsAsync<BrowserStoppedException>(() => tab.SnapshotAsync().Soon());
    }
}
