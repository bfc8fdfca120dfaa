using ActorBrowser.Interop;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cli.Demo;

/// <summary>The demo's act about tabs; it checks its claims.</summary>
internal sealed class DemoTabs(DemoSite site, CliBrowser browser, TextWriter output) : DemoAct(output)
{
    /// <summary>Short timeouts make the demo quick, but are long enough for ten renderers that start at once on a busy machine.</summary>
    internal const string Configuration = "actorbrowser.tabs { unresponsive-after = 500ms, hang-budget = 5s }";

    private const int Count = 10;
    private const int Crashing = 3;
    private const int Hanging = 7;
    private const int Kill = 9;
    private const int Stop = 19;

    internal async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var tabs = new List<TabClient>();
        try
        {
            for (var i = 0; i < Count; i++)
                tabs.Add(await BrowserClient.For(browser.Browser).OpenTabAsync(cancellation: cancellation).ConfigureAwait(false));
            var urls = site.Pages.ToArray();
            var pages = await Task.WhenAll(tabs.Select((tab, i) => tab.NavigateAsync(urls[i % urls.Length].AbsoluteUri, cancellation))).ConfigureAwait(false);
            await CheckAsync(pages.Select(static page => page.ProcessId).Distinct().Count() == Count, $"ten pages in ten processes: {string.Join(' ', pages.Select(static page => page.ProcessId))}").ConfigureAwait(false);

            Send(pages[Crashing].ProcessId, Kill);
            var crashed = await NextAsync<Crashed>(tabs[Crashing], cancellation).ConfigureAwait(false);
            await SayAsync($"   tab {tabs[Crashing].Number}: {crashed.Message}").ConfigureAwait(false);

            Send(pages[Hanging].ProcessId, Stop);
            var question = tabs[Hanging].TextAsync(cancellation);
            var silent = await NextAsync<TabUnresponsive>(tabs[Hanging], cancellation).ConfigureAwait(false);
            await SayAsync($"   tab {tabs[Hanging].Number}: silent for {silent.For.TotalSeconds:0.0} s").ConfigureAwait(false);
            var hung = await NextAsync<Crashed>(tabs[Hanging], cancellation).ConfigureAwait(false);
            await SayAsync($"   tab {tabs[Hanging].Number}: {hung.Message}").ConfigureAwait(false);
            await CheckAsync(await FailsAsync(question).ConfigureAwait(false), "the pending question was answered once, with an error").ConfigureAwait(false);

            var again = await Task.WhenAll(tabs[Crashing].ReloadAsync(cancellation), tabs[Hanging].ReloadAsync(cancellation)).ConfigureAwait(false);
            await CheckAsync(again[0].Document.Title == pages[Crashing].Document.Title && again[1].Document.Title == pages[Hanging].Document.Title,
                $"both were reloaded, in processes {again[0].ProcessId} and {again[1].ProcessId}").ConfigureAwait(false);
            var now = await Task.WhenAll(tabs.Select(tab => tab.SnapshotAsync(cancellation))).ConfigureAwait(false);
            await CheckAsync(Enumerable.Range(0, Count).All(i => i is Crashing or Hanging || now[i].ProcessId == pages[i].ProcessId),
                "the other eight are unchanged").ConfigureAwait(false);
        }
        catch (PageException e)
        {
            await CheckAsync(false, e.Message).ConfigureAwait(false);
        }
        finally
        {
            foreach (var tab in tabs)
                await tab.DisposeAsync().ConfigureAwait(false);
        }
        return IsGood;
    }

    private static void Send(int processId, int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            if (signal == Kill)
                WindowsOrders.Kill(processId);
            else
                WindowsOrders.Suspend(processId);
            return;
        }
        using var process = ProcessDescriptor.Open(processId);
        process.TrySignal(signal);
    }

    private static async Task<T> NextAsync<T>(TabClient tab, CancellationToken cancellation) where T : IEvent
    {
        await foreach (var happened in tab.Events.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (happened is T wanted)
                return wanted;
        }
        throw new PageException("The tab was closed.");
    }

    private static async Task<bool> FailsAsync(Task<string> question)
    {
        try
        {
            await question.ConfigureAwait(false);
            return false;
        }
        catch (PageException)
        {
            return true;
        }
    }

}
