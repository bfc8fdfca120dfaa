using System.Diagnostics;
using ActorBrowser.Transport;

namespace ActorBrowser.Bench.Figures;

/// <summary>A typed role from its launch to its Ready, in a small program: native, and on the JIT as an embedder publishes it.</summary>
internal sealed class RoleSpawns : IFigure
{
    // Of hocon/actorbrowser.conf; their sizes do not matter for the start.
    private static readonly byte[] Args = new RoleArgs(64 << 20, 256 << 10, 1 << 20, TypedEcho.Role.Messages, "").ToBytes();

    public string Name => "role-spawn";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var samples = await Contender.InterleaveAsync(context.Pick(7, 25),
            new Contender("JIT", "ms", () => TimeAsync(context, "role-jit")),
            new Contender("native", "ms", () => TimeAsync(context, "role")),
            Yardsticks.HelloWorld(context));
        return
        [
            new Row("spawn to Ready of a typed role on the JIT, launcher and channel alone", samples[0], samples[2], Target.AtMost(1.6)),
            new Row("the same, native", samples[1], samples[2], Target.AtMost(0.3)),
        ];
    }

    private static async Task<double> TimeAsync(BenchContext context, string program)
    {
        var start = Stopwatch.GetTimestamp();
        using var child = await BareChild.StartAsync(context, TypedEcho.Role.Name, Args, Path.Combine(context.Root, "artifacts", "bench", program, "role"));
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
