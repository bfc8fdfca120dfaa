using System.Collections.Concurrent;
using System.Diagnostics;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>The latency of undisturbed tabs while the renderers of other tabs are killed and stopped at random.</summary>
internal sealed class Storm : IFigure
{
    private const int Tabs = 50;
    private const int LeftAlone = 10;
    private const int Pause = 50;

    private static readonly TimeSpan Gust = TimeSpan.FromMilliseconds(250);

    public string Name => "storm";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = await Browser.StartAsync(context, """
            actorbrowser.tabs { unresponsive-after = 500ms, hang-budget = 4s, max-crashes = 1000000 }
            actorbrowser.pools.renderer.spares = 4
            """);
        var tabs = new List<TabClient>();
        while (tabs.Count < Tabs)
        {
            tabs.Add(await BrowserClient.For(browser.Actor).OpenTabAsync());
            await tabs[^1].NavigateAsync(server.Page.AbsoluteUri);
        }
        var window = TimeSpan.FromSeconds(context.Pick(10, 40));
        // The runtime recompiles hot code twice: with ten times as many queries, that is over sooner.
        await WorkAsync(tabs, server, TimeSpan.FromSeconds(context.Pick(5, 20)), Pause / 10);
        var calm = await WorkAsync(tabs, server, window, Pause);
        var work = WorkAsync(tabs, server, window, Pause);
        var losses = await BlowAsync(tabs, window);
        var stormy = await work;
        return
        [
            new Row($"question to one of {LeftAlone} tabs left alone while others' renderers die, p99",
                Percentile("meanwhile", stormy, 0.99), Percentile("calm", calm, 0.99), Target.AtMost(3)),
            new Row("… p50", Percentile("meanwhile", stormy, 0.5), Percentile("calm", calm, 0.5), null),
            new Row("… renderers killed or stopped", Samples.Single("/s", losses / window.TotalSeconds), null, null),
        ];
    }

    /// <summary>Sends every tab one query after another, some milliseconds apart; returns the times of the undisturbed tabs, in milliseconds.</summary>
    private static async Task<double[]> WorkAsync(List<TabClient> tabs, Nginx server, TimeSpan window, int pause)
    {
        using var over = new CancellationTokenSource(window);
        var times = new ConcurrentBag<double>();
        await Task.WhenAll(tabs.Select((tab, i) => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(Random.Shared.Next(pause / 2, pause * 3 / 2));
                var started = Stopwatch.GetTimestamp();
                try
                {
                    var found = await tab.QueryAsync(new Query(Transport.DocumentQuery.Select) { Argument = "title" });
                    if (found.Items.Single().Text != Nginx.PageTitle)
                        throw new InvalidOperationException("A tab has answered with another title.");
                    if (i < LeftAlone)
                        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
                catch (PageException) when (i >= LeftAlone)
                {
                    await RecoverAsync(tab, server);
                }
            }
        })));
        return [.. times];
    }

    private static async Task<int> BlowAsync(List<TabClient> tabs, TimeSpan window)
    {
        var random = new Random(3);
        using var gusts = new PeriodicTimer(Gust);
        var losses = 0;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < window && await gusts.WaitForNextTickAsync())
        {
            var snapshot = await tabs[random.Next(LeftAlone, tabs.Count)].SnapshotAsync();
            if (snapshot.ProcessId > 0)
            {
                NativeProcess.Signal(snapshot.ProcessId, random.Next(3) == 0 ? NativeProcess.Stop : NativeProcess.Kill);
                losses++;
            }
        }
        return losses;
    }

    private static async Task RecoverAsync(TabClient tab, Nginx server)
    {
        while (true)
        {
            try
            {
                if ((await tab.SnapshotAsync()).State != TabState.Loaded)
                    await tab.NavigateAsync(server.Page.AbsoluteUri);
                return;
            }
            catch (PageException)
            {
                // The renderer was killed again: try once more.
            }
        }
    }

    private static Samples Percentile(string name, double[] times, double share)
    {
        Array.Sort(times);
        return Samples.Single("ms", times[(int)((times.Length - 1) * share)], $"{name}, of {times.Length}");
    }
}
