using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>The latency of another child while a command uses up its default limits.</summary>
internal sealed class CommandFloods : IFigure
{
    private static readonly (string Name, string Script)[] All =
    [
        ("takes memory up to its limit", "exec tail /dev/zero"),
        ("forks up to its limit", "b() { b & b & wait; }; b & sleep 1000"),
        ("fills its temporary folders", "for f in /tmp /var/tmp /dev/shm ~; do cat /dev/zero > $f/x; done 2>/dev/null"),
        ("opens descriptors up to its limit", "exec bash -c 'for ((i = 70000 / $(ulimit -n) + 2; i > 0; i--)); do (while exec {f}</dev/null; do :; done 2>/dev/null; kill -STOP $BASHPID) & done; wait'"),
        ("spins in 32 processes for 3 seconds", "i=0; while [ $i -lt 32 ]; do while :; do :; done & i=$((i + 1)); done; sleep 3; kill -9 0"),
    ];

    public string Name => "command-floods";

    public IReadOnlyList<string> Programs => ["bash"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var other = await browser.SpawnAsync("renderer");
        await PingTimes.UntilAsync(other.Child, Task.Delay(2000));
        var rows = new List<Row>();
        foreach (var (name, script) in All)
        {
            var calm = (P50: new Samples("calm", "µs"), P99: new Samples("calm", "µs"));
            var stormy = (P50: new Samples("meanwhile", "µs"), P99: new Samples("meanwhile", "µs"));
            for (var run = 0; run < context.Pick(1, 3); run++)
            {
                Add(calm, await PingTimes.UntilAsync(other.Child, Task.Delay(2000)));
                var command = BrowserClient.For(browser.Actor).Commands.RunAsync(Spawn.Shell(script) with { Folder = context.Scratch, TotalTimeout = TimeSpan.FromSeconds(60) });
                Add(stormy, await PingTimes.UntilAsync(other.Child, command));
                await command;
            }
            rows.Add(new Row($"Ask(Ping) to a child while a command {name}, p99", stormy.P99, calm.P99, Target.AtMost(2)));
            rows.Add(new Row("… p50", stormy.P50, calm.P50, null));
        }
        return rows;
    }

    private static void Add((Samples P50, Samples P99) samples, double[] times)
    {
        samples.P50.Add(times[times.Length / 2]);
        samples.P99.Add(times[(int)((times.Length - 1) * 0.99)]);
    }
}
