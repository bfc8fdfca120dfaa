using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>A script's way to a tab and back beside a query's, and what scripts without end cost other tabs.</summary>
internal sealed class Scripts : IFigure
{
    private static readonly (string Name, string Code)[] Endless =
    [
        ("loops", "for (;;);"), ("allocates", "const all = []; for (;;) all.push(new Array(1000).fill(1));"), ("recurses", "(function again() { try { again(); } finally { again(); } })()"),
    ];

    public string Name => "scripts";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = await Browser.StartAsync(context, "actorbrowser.pools.renderer.max-uses = 1000000");
        var client = BrowserClient.For(browser.Actor);
        var tab = await client.OpenTabAsync();
        await tab.NavigateAsync(server.Page.AbsoluteUri);
        var query = new TabProtocol.Query(ActorBrowser.Transport.DocumentQuery.Select) { Argument = "title" };
        var count = context.Pick(200, 2000);
        var samples = await Contender.InterleaveAsync(
            context.Pick(5, 11),
            new Contender("Evaluate(\"1+1\")", "µs", () => MeanAsync(count, () => tab.EvaluateAsync("1+1"))),
            new Contender("a query for the title", "µs", () => MeanAsync(count, () => tab.QueryAsync(query))));
        var rows = new List<Row> { new("a script in a warm tab and its answer", samples[0], samples[1], Target.AtMost(1.3)) };
        var calm = await TailAsync(tab, query, count, Task.CompletedTask);
        foreach (var (name, code) in Endless)
        {
            var hostile = await client.OpenTabAsync();
            await hostile.NavigateAsync(server.Page.AbsoluteUri);
            var script = hostile.EvaluateAsync(code, TimeSpan.FromSeconds(context.Pick(3, 10)));
            var disturbed = await TailAsync(tab, query, 0, script);
            rows.Add(new Row($"a query in another tab while a script {name}, p99", Samples.Single("µs", disturbed, name), Samples.Single("µs", calm, "calm"), Target.AtMost(3)));
            await hostile.DisposeAsync();
        }
        return rows;
    }

    // Asks as often as wanted, or until the other is over.
    private static async Task<double> TailAsync(TabClient tab, TabProtocol.Query query, int count, Task other)
    {
        var times = new List<double>();
        while (times.Count < count || !other.IsCompleted)
        {
            var started = Stopwatch.GetTimestamp();
            await tab.QueryAsync(query);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
        await other.ContinueWith(static _ => { }, TaskScheduler.Default);
        times.Sort();
        return times[(int)(times.Count * 0.99)];
    }

    private static async Task<double> MeanAsync(int count, Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            await action();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
    }
}
