using System.Diagnostics;
using ActorBrowser.Sandbox;
using Akka.Configuration;

namespace ActorBrowser.Bench.Figures;

/// <summary>The cost of confinement: the same work with and without it, and compared with bubblewrap.</summary>
internal sealed class Confinement : IFigure
{
    private const string Off = "actorbrowser.sandbox.enabled = off";

    public string Name => "confinement";

    public IReadOnlyList<string> Programs => ["bwrap", "nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var confined = await Browser.StartAsync(context);
        await using var free = await Browser.StartAsync(context, Off);
        await SpawnAsync(confined);
        await SpawnAsync(free);
        var spawns = await Contender.InterleaveAsync(context.Pick(9, 25),
            new Contender("confined", "ms", () => SpawnAsync(confined)),
            new Contender("the same, unconfined", "ms", () => SpawnAsync(free)));
        var programs = await ProgramsAsync(context);
        var fetches = await FetchesAsync(context, confined, free);
        return
        [
            new Row("spawn to Ready, renderer role, confined", spawns[0], spawns[1], Target.AtMost(1.25)),
            new Row("hello-world .NET, start to exit, under the renderer's profile", programs[0], programs[1], Target.Below(1)),
            new Row("", programs[0], programs[2], null),
            new Row($"fetches a second, {FetchRate.InFlight} in flight, confined", fetches[0], fetches[1], Target.AtLeast(0.95)),
        ];
    }

    private static async Task<double> SpawnAsync(Browser browser)
    {
        var start = Stopwatch.GetTimestamp();
        var spawned = await browser.SpawnAsync("renderer");
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await Browser.StopAsync(spawned.Child);
        return elapsed;
    }

    private static Task<Samples[]> ProgramsAsync(BenchContext context)
    {
        var executable = ChildExecutable.FromPath(context.Hello);
        var plan = LaunchPlan.Create(ActorBrowserSettings.From(Config.Empty).Sandbox.Find("renderer")!, executable, ActorBrowser.Sandbox.Machine.Current);
        var bubblewrap = Tools.Find("bwrap");
        return Contender.InterleaveAsync(context.Pick(9, 25),
            new Contender("namespaces, Landlock, limits, no capability", "ms", async () =>
            {
                var start = Stopwatch.GetTimestamp();
                using var child = await ChildLauncher.LaunchAsync(new ChildLaunch { Role = "hello", Executable = executable, Plan = plan });
                var exit = await child.Exited;
                if (exit.ExitCode != 0)
                    throw new InvalidOperationException($"The confined program ended with {exit}.");
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }),
            new Contender("bwrap --unshare-all, the same program", "ms", () => Task.FromResult(NativeProcess.Run(
                bubblewrap, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--die-with-parent", "--new-session", context.Hello).Elapsed.TotalMilliseconds)),
            Yardsticks.HelloWorld(context));
    }

    private static async Task<Samples[]> FetchesAsync(BenchContext context, Browser confined, Browser free)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        var requests = context.Pick(10_000, 30_000);
        var inside = new Contender("confined", "/s", () => FetchRate.RateAsync(confined, server, requests));
        var outside = new Contender("unconfined", "/s", () => FetchRate.RateAsync(free, server, requests));
        for (var i = 0; i < 3; i++)
        {
            await inside.Sample();
            await outside.Sample();
        }
        return await Contender.InterleaveAsync(context.Pick(5, 9), inside, outside);
    }
}
