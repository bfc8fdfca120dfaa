using System.Diagnostics;
using ActorBrowser.Bench.Cluster;
using Akka.Actor;

namespace ActorBrowser.Bench.Figures;

/// <summary>A long body that crosses nodes in parts with credit, beside Akka.Streams' StreamRefs.</summary>
internal sealed class ClusterBodies : IFigure
{
    private const long Bytes = 256L << 20;

    public string Name => "cluster-body";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var cluster = await ClusterMember.StartAsync(context, 1);
        var node = Akka.Cluster.Cluster.Get(cluster.System).State.Members.Single(static member => member.HasRole("browser")).Address;
        Contender[] contenders =
        [
            new("a body of 1 GiB", "MB/s", async () => await RateAsync(Nginx.LargeBytes, () =>
            {
                var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                cluster.System.ActorOf(Props.Create(() => new BodySink(cluster.Browser, server.Large.AbsoluteUri, done)));
                return done.Task;
            })),
            new("StreamRefs, 64 KiB elements from memory", "MB/s", async () => await RateAsync(Bytes, () => StreamRefBytes.ReceiveAsync(cluster.System, node, Bytes))),
        ];
        await Contender.InterleaveAsync(1, contenders);
        var samples = await Contender.InterleaveAsync(context.Pick(3, 9), contenders);
        return [new Row("a body through a front and one browser node, from nginx to the requester", samples[0], samples[1], null)];
    }

    private static async Task<double> RateAsync(long bytes, Func<Task<long>> run)
    {
        var start = Stopwatch.GetTimestamp();
        if (await run() is var received && received != bytes)
            throw new InvalidOperationException($"{received} of {bytes} bytes arrived.");
        return bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
