using Akka.Actor;
using Akka.Configuration;

namespace ActorBrowser.Bench;

/// <summary>The product, embedded as the README shows: an actor system with a browser whose children are the built command line program.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Browser(ActorSystem system, IActorRef actor)
    {
        System = system;
        Actor = actor;
    }

    internal ActorSystem System { get; }

    internal IActorRef Actor { get; }

    internal static Browser Start(BenchContext context, string configuration = "")
    {
        var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString("akka { loglevel = WARNING, stdout-loglevel = OFF, log-dead-letters = off }"));
        return new Browser(system, system.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = context.ChildExecutable, Configuration = configuration }));
    }

    internal async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role) =>
        await Actor.Ask<object>(new BrowserProtocol.SpawnChild(role), Patience) switch
        {
            BrowserProtocol.ChildSpawned spawned => spawned,
            var failure => throw new InvalidOperationException($"No {role} child could be had: {failure}"),
        };

    internal static async Task StopAsync(IActorRef child) =>
        await child.GracefulStop(Patience, ChildProcessProtocol.Kill.Instance);

    public async ValueTask DisposeAsync() => await System.Terminate();
}
