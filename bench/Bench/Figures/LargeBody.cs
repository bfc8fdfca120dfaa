using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>One body of 1 GiB, counted and discarded.</summary>
internal sealed class LargeBody : IFigure
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(20);

    public string Name => "body";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = await Browser.StartAsync(context);
        using var client = new HttpClient();
        var before = ProcFile.ResidentMebibytes(Environment.ProcessId);
        var growth = new Samples("resident memory", "MiB");
        var ours = new Contender("through the child", "MiB/s", async () =>
        {
            var (rate, peak) = await MeasureAsync(browser, server);
            growth.Add(peak - before);
            return rate;
        });
        var theirs = Yardsticks.HttpClientBody(server, client);
        // Warms up both sides and the page cache; the memory used by the first body counts too.
        await ours.Sample();
        await theirs.Sample();
        var samples = await Contender.InterleaveAsync(context.Pick(3, 9), ours, theirs);
        return
        [
            new Row("1 GiB body through the child", samples[0], samples[1], Target.AtLeast(0.5)),
            new Row("peak of the parent's resident memory over that before the first body", growth, null, Target.AtMost(64, "MiB")),
        ];
    }

    private static async Task<(double Rate, double Peak)> MeasureAsync(Browser browser, Nginx server)
    {
        var peak = 0.0;
        var start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        await using (new Timer(_ => peak = Math.Max(peak, ProcFile.ResidentMebibytes(Environment.ProcessId)), null, SampleEvery, SampleEvery))
        {
            var received = await BodySink.RunAsync(browser, server.Large.AbsoluteUri);
            elapsed = Stopwatch.GetElapsedTime(start);
            if (received != Nginx.LargeBytes)
                throw new InvalidOperationException($"{received} bytes came through the child.");
        }
        return (Nginx.LargeBytes / (double)(1 << 20) / elapsed.TotalSeconds, peak);
    }
}
