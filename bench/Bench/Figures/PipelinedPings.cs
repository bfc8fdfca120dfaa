using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser.Bench.Figures;

/// <summary>Many pings under way at once to one child.</summary>
internal sealed class PipelinedPings : IFigure
{
    private const int Window = 1000;
    private const int NodeWindow = 100;

    public string Name => "pipelined";

    public IReadOnlyList<string> Programs => ["node"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var child = (await browser.SpawnAsync("renderer")).Child;
        var pinger = browser.System.ActorOf(Props.Create(() => new Pinger(child, Window)));
        using var bare = await BareChild.StartAsync(context, "renderer");
        var count = context.Pick(200_000, 1_000_000);
        var nodeCount = context.Pick(50_000, 100_000);
        await Pinger.RunAsync(pinger, count);
        var samples = await Contender.InterleaveAsync(context.Pick(5, 9),
            new Contender("through its actor", "/s", () => RateAsync(count, () => Pinger.RunAsync(pinger, count))),
            new Contender("channel alone", "/s", () => RateAsync(count, async () =>
            {
                for (var sent = 0; sent < count; sent += Window)
                    await bare.PingAsync(Window);
            })),
            Yardsticks.NodeEcho(context, nodeCount, NodeWindow),
            Yardsticks.NodeOneWay(context, nodeCount, NodeWindow));
        return
        [
            new Row($"pings answered a second, one child, {Window} in flight", samples[0], samples[2], Target.AtLeast(20)),
            new Row("", samples[0], samples[3], null),
            new Row("the same, channel alone", samples[1], samples[2], null),
        ];
    }

    private static async Task<double> RateAsync(int count, Func<Task> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
