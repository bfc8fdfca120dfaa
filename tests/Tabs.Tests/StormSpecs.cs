using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Renderers are killed and stopped at random while tabs work. ACTORBROWSER_STORM=TABS,SECONDS makes it longer.</summary>
public sealed class StormSpecs(ITestOutputHelper output) : BrowserSpecs("actorbrowser.tabs { unresponsive-after = 500ms, hang-budget = 4s, max-crashes = 1000000 }\nactorbrowser.pools.renderer.spares = 4")
{
    private static (int Tabs, int Seconds) Size => Environment.GetEnvironmentVariable("ACTORBROWSER_STORM")?.Split(',') is [var tabs, var seconds]
        ? (int.Parse(tabs, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture)) : (12, 10);

    [Fact]
    public async Task Every_request_is_answered_once_every_tab_recovers_and_nothing_is_left_behind()
    {
        var site = await ServeAsync(context => HtmlAsync(context, $"<title>{context.Request.Path}</title><p>{string.Join(' ', Enumerable.Range(0, 500))}</p>"));
        var tabs = await Task.WhenAll(Enumerable.Range(0, Size.Tabs).Select(_ => OpenAsync()));
        await Task.WhenAll(tabs.Select((tab, i) => tab.NavigateAsync($"{site}/{i}").Soon()));
        // The first two tabs are not attacked: the test compares their latency during the storm with their latency without one.
        var (asked, answered, failed, losses) = (0, 0, 0, 0);
        var calm = new ConcurrentBag<double>();
        using (var lull = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Max(2, Size.Seconds / 10))))
            await WorkAsync(calm, lull.Token);
        Assert.Equal(0, failed);
        var (descriptors, memory) = (ProcessTable.OpenDescriptors(), Environment.WorkingSet);

        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(Size.Seconds));
        var healthy = new ConcurrentBag<double>();
        var work = WorkAsync(healthy, over.Token);
        var random = new Random(3);
        using var gusts = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!over.IsCancellationRequested && await gusts.WaitForNextTickAsync())
        {
            var snapshot = await tabs[random.Next(2, tabs.Length)].SnapshotAsync().Soon();
            if (snapshot.ProcessId > 0)
            {
                await Signals.SendAsync(snapshot.ProcessId, random.Next(3) == 0 ? "STOP" : "KILL");
                losses++;
            }
        }
        await work.WaitAsync(TimeSpan.FromMinutes(2));
        await Task.WhenAll(tabs.Select((tab, i) => RecoverAsync(tab, i)));
        Assert.Equal(asked, answered + failed);
        output.WriteLine($"{Size.Tabs} tabs, {Size.Seconds} s, {losses} losses, {asked} questions: {answered} answered, {failed} failed; p50 and p99 of the two left alone {Percentile(calm, 0.5):0.00} and {Percentile(calm, 0.99):0.00} ms calm, {Percentile(healthy, 0.5):0.00} and {Percentile(healthy, 0.99):0.00} ms in the storm");
        Assert.InRange(losses, 1, int.MaxValue);
        var zombies = ProcessTable.Children().Where(static pid => !ProcessTable.IsRunning(pid) && ProcessTable.Exists(pid)).ToArray();
        await ProcessTable.Until(() => !zombies.Any(ProcessTable.Exists), Deadline.Long);
        await ProcessTable.Until(() => ProcessTable.OpenDescriptors() <= descriptors + (8 * 6), Deadline.Long);
        Assert.InRange(Environment.WorkingSet, 0, memory + (200L << 20));

        Task WorkAsync(ConcurrentBag<double> healthy, CancellationToken over) => Task.WhenAll(tabs.Select((tab, i) => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                Interlocked.Increment(ref asked);
                var started = Stopwatch.GetTimestamp();
                try
                {
                    var found = await tab.QueryAsync(new Query(Transport.DocumentQuery.Select) { Argument = "title" }).Soon();
                    Assert.Equal($"/{i}", found.Items.Single().Text);
                    Interlocked.Increment(ref answered);
                    if (i < 2)
                        healthy.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
                catch (PageException) when (i >= 2)
                {
                    Interlocked.Increment(ref failed);
                    await RecoverAsync(tab, i);
                }
                await Task.Yield();
            }
        })));

        async Task RecoverAsync(TabClient tab, int i)
        {
            while (true)
            {
                try
                {
                    if ((await tab.SnapshotAsync().Soon()).State != TabState.Loaded)
                        await tab.NavigateAsync($"{site}/{i}").Soon();
                    return;
                }
                catch (PageException)
                {
                    // Killed again meanwhile: the storm continues.
                }
            }
        }
    }

    private static double Percentile(IEnumerable<double> times, double share)
    {
        var sorted = times.Order().ToArray();
        return sorted[(int)((sorted.Length - 1) * share)];
    }
}
