using Akka.Actor;
using Akka.Configuration;

namespace ActorBrowser.Bench;

/// <summary>The product, embedded as the README shows: an actor system with a browser whose children are the built command line program.</summary>
internal sealed class Browser : IAsyncDisposable
{
    /// <summary>Commands share a runner and a world, as in earlier versions: the figure then measures a command without the start of its runner.</summary>
    internal const string SharedWorlds = "actorbrowser.commands.share-worlds = on";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Browser(ActorSystem system, IActorRef actor, BrowserProtocol.Children services)
    {
        System = system;
        Actor = actor;
        Fetch = services.Fetch;
        Commands = services.Commands;
    }

    internal ActorSystem System { get; }

    internal IActorRef Actor { get; }

    /// <summary>The fetch coordinator: asking it directly saves one message through the browser's actor per fetch.</summary>
    internal IActorRef Fetch { get; }

    /// <summary>The registry of commands.</summary>
    internal IActorRef Commands { get; }

    internal static ActorSystem CreateSystem() =>
        ActorSystem.Create("bench", ConfigurationFactory.ParseString("akka { loglevel = WARNING, stdout-loglevel = OFF, log-dead-letters = off }"));

    internal static async Task<Browser> StartAsync(BenchContext context, string configuration = "")
    {
        var system = CreateSystem();
        var actor = system.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = context.ChildExecutable, Configuration = configuration });
        return new Browser(system, actor, await actor.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Patience));
    }

    internal async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role) =>
        await Actor.Ask<object>(new BrowserProtocol.SpawnChild(role), Patience) switch
        {
            BrowserProtocol.ChildSpawned spawned => spawned,
            var failure => throw new InvalidOperationException($"The {role} child could not be started: {failure}"),
        };

    internal static async Task StopAsync(IActorRef child) =>
        await child.GracefulStop(Patience, ChildProcessProtocol.Kill.Instance);

    /// <summary>Starts a top-level actor.</summary>
    internal IActorRef StartActor(Props props) => System.ActorOf(props);

    public async ValueTask DisposeAsync() => await System.Terminate();
}
