using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>
/// A renderer that does not answer. The time until it is reported is short, and renderers on a busy machine may exceed it too, so no
/// other test shares this configuration. The time until it is killed leaves room for a new renderer's start.
/// </summary>
public sealed class HangSpecs() : BrowserSpecs("actorbrowser.tabs { unresponsive-after = 300ms, hang-budget = 5s }")
{
    [Fact]
    public async Task A_renderer_that_does_not_answer_is_reported_then_killed()
    {
        var site = await ServeHtmlAsync("<title>hangs</title>");
        var tab = await OpenAsync();
        var page = await tab.NavigateAsync(site).Soon();
        await using var events = tab.Events.GetAsyncEnumerator();
        await Signals.SendAsync(page.ProcessId, "STOP");
        var question = tab.QueryAsync(new Query(DocumentQuery.Text));
        Assert.InRange((await NextAsync<TabUnresponsive>(events)).For, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5));
        Assert.Contains("did not answer for", (await NextAsync<Crashed>(events)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PageException>(() => question.Soon());
        await ProcessTable.Until(() => !ProcessTable.Exists(page.ProcessId), Deadline.Long);
        Assert.Equal("hangs", (await tab.ReloadAsync().Soon()).Document.Title);
    }
}
