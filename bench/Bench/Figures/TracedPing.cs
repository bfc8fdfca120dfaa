using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>What a trace costs: one Ask(Ping) at a time without a listener, with one that samples every ping, and with one that samples none.</summary>
internal sealed class TracedPing : IFigure
{
    private const int Calls = 100_000;

    // So few in each sample that most samples are taken without an interruption.
    private const int Trips = 60;

    public string Name => "trace";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var child = (await browser.SpawnAsync("renderer")).Child;
        async Task<double> AskAsync(ActivitySamplingResult? heard)
        {
            using var listener = heard is { } result ? Listen(result) : null;
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Trips; i++)
                await child.Ask<Pong>(ChildProcessProtocol.Ping.Instance);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Trips;
        }
        for (var i = 0; i < 100; i++)
        {
            await AskAsync(ActivitySamplingResult.AllDataAndRecorded);
            await AskAsync(null);
        }
        var samples = await Contender.InterleaveAsync(context.Pick(200, 1000),
            new Contender("sampled", "µs", () => AskAsync(ActivitySamplingResult.AllDataAndRecorded)),
            new Contender("without a listener", "µs", () => AskAsync(null)),
            new Contender("not sampled", "µs", () => AskAsync(ActivitySamplingResult.None)),
            new Contender("begun without a listener", "ns", () => Task.FromResult(Unheard())));
        return
        [
            new Row("Ask(Ping) with a listener that samples all", samples[0], samples[1], Target.AtMost(1.1)),
            new Row("the same with a listener that samples none", samples[2], samples[1], null),
            new Row("what a span costs that nobody listens to", samples[3], null, Target.AtMost(2000, "ns")),
        ];
    }

    private static double Unheard()
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Calls; i++)
        {
            if (RequestSpan.Begin("ping", BrowserTracing.Asker) is not null)
                throw new InvalidOperationException("Somebody listens.");
        }
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls;
    }

    // Keeps nothing, so that the product's own cost is measured and not an exporter's.
    private static ActivityListener Listen(ActivitySamplingResult result)
    {
        var listener = new ActivityListener { ShouldListenTo = static source => source.Name == "ActorBrowser", Sample = (ref ActivityCreationOptions<ActivityContext> _) => result };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
