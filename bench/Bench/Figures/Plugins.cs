using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser.Bench.Figures;

/// <summary>A role on the JIT from nothing to its first answer, and the requests of a plugin while it is reloaded.</summary>
internal sealed class Plugins : IFigure
{
    /// <summary>The plugin's role; its contract is in every program.</summary>
    internal static readonly RoleDefinition<IComparer<string>> Role = RoleDefinition.ForPlugin<IComparer<string>>("comparer")
        .Handles<string, int>(static (comparer, text, _) => ValueTask.FromResult(comparer.Compare(text, "")));

    public string Name => "plugins";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await FirstAnswerAsync();
        var starts = await Contender.InterleaveAsync(context.Pick(7, 25), new Contender("first answer", "ms", FirstAnswerAsync), Yardsticks.HelloWorld(context));
        var system = Browser.CreateSystem();
        var path = Path.Combine(context.Root, "artifacts", "bench", "plugin", "ActorBrowser.Bench.Plugin.dll");
        var browser = system.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = "self" }.AddPlugin(Role, path, static role => role.WithPool(max: 2)));
        var plugin = RoleClient<IComparer<string>>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("comparer"))).Role);
        await LatenciesAsync(plugin, TimeSpan.FromSeconds(2));
        var (calm, reloaded) = (new Samples("p99 of a plugin's requests, calm", "µs"), new Samples("p99 of a plugin's requests while it is reloaded", "µs"));
        for (var i = 0; i < context.Pick(3, 7); i++)
        {
            calm.Add(await LatenciesAsync(plugin, TimeSpan.FromSeconds(3)));
            var during = LatenciesAsync(plugin, TimeSpan.FromSeconds(3));
            await plugin.ReloadAsync();
            reloaded.Add(await during);
        }
        await system.Terminate();
        return
        [
            new Row("a role on the JIT, from its first request to its answer", starts[0], starts[1], null),
            new Row("p99 of a plugin's requests in 3 s with a reload", reloaded, calm, Target.AtMost(3)),
        ];
    }

    private static async Task<double> FirstAnswerAsync()
    {
        var system = Browser.CreateSystem();
        var browser = system.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = "self", Configuration = "actorbrowser.role.spares = 0" }.AddRole(TypedEcho.Role));
        var role = RoleClient<TypedEcho>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("echo"))).Role);
        var start = Stopwatch.GetTimestamp();
        await role.AskAsync<Text>(new Text("hello"));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await system.Terminate();
        return elapsed;
    }

    // The 99th percentile of a request's time, one at a time; a request that fails ends the measurement.
    private static async Task<double> LatenciesAsync(RoleClient<IComparer<string>> plugin, TimeSpan length)
    {
        var times = new List<double>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < length;)
        {
            var start = Stopwatch.GetTimestamp();
            await plugin.AskAsync<int>("text");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        times.Sort();
        return times[times.Count * 99 / 100];
    }
}
