using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Sandbox;
using Akka.Actor;

namespace ActorBrowser.Bench.Figures;

/// <summary>The latency of one child while another takes all resources up to its limit.</summary>
internal sealed class Floods : IFigure
{
    private static readonly (string Name, ProbeQuestion Question, SandboxLimits Limits)[] All =
    [
        ("takes memory up to its limit", ProbeQuestion.FloodMemory, new SandboxLimits { Memory = 128 << 20 }),
        ("takes descriptors up to its limit", ProbeQuestion.FloodDescriptors, new SandboxLimits { Descriptors = 200 }),
        ("starts threads up to its limit", ProbeQuestion.FloodProcesses, new SandboxLimits { Processes = 64 }),
        ("spins up to its limit", ProbeQuestion.Spin, new SandboxLimits { ProcessorTime = 1 }),
    ];

    public string Name => "floods";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var policy = ActorBrowserSettings.From(browser.System.Settings.Config).Sandbox.ProfileOf("renderer");
        var other = await browser.SpawnAsync("renderer");
        var rows = new List<Row>();
        foreach (var (name, question, limits) in All)
        {
            var calm = new Samples("calm", "µs");
            var stormy = new Samples("meanwhile", "µs");
            for (var run = 0; run < context.Pick(3, 7); run++)
            {
                await AddAsync(other.Child, calm, Task.Delay(300));
                var probe = await browser.Actor.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild(ProbeRole.Name)
                {
                    Policy = policy with { Limits = limits },
                    RoleArgs = new ProbeTargets(0, 0, "", "", "", 0, "").ToBytes(),
                }, TimeSpan.FromSeconds(30));
                var answer = probe.Child.Ask<object>(new ChildProcessProtocol.SendToRole((ushort)question, default), TimeSpan.FromSeconds(30));
                await AddAsync(other.Child, stormy, answer);
                await Browser.StopAsync(probe.Child);
            }
            rows.Add(new Row($"PingAsync to a child while another {name}", stormy, calm, Target.AtMost(2)));
        }
        return rows;
    }

    // The median: a ping that is late by one time slice means little.
    private static async Task AddAsync(IActorRef child, Samples samples, Task until)
    {
        var times = await PingTimes.UntilAsync(child, until);
        samples.Add(times[times.Length / 2]);
    }
}
