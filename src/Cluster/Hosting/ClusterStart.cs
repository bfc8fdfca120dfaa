using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>Starts a node's actors.</summary>
internal static class ClusterStart
{
    /// <summary>The name of the cluster's actor below /user.</summary>
    internal const string Name = "actorbrowser-cluster";

    internal static (IActorRef Actor, ClusterMemory Memory) Start(ActorSystem system, ActorBrowserClusterOptions options, IActorRef? browser)
    {
        var settings = ClusterSettings.From(ActorBrowserClusterHosting.Over(options, system.Settings.Config));
        if (options.Role is { } role)
            settings = settings with { Role = role };
        var cluster = Akka.Cluster.Cluster.Get(system);
        if (cluster.SelfRoles.Contains(settings.Role))
            StartHost(system, options, browser, settings);
        var memory = new ClusterMemory(settings, Clock.Of(system));
        var actor = system.ActorOf(ClusterBrowserActor.Props(memory), Name);
        UnansweredMessages.AnswerFor(actor);
        foreach (var called in options.AllRoles)
            memory.Roles[called.Definition.Name] = system.ActorOf(ClusterRole.Props(called.Definition, actor), $"{Name}-{called.Definition.Name}");
        return (actor, memory);
    }

    private static void StartHost(ActorSystem system, ActorBrowserClusterOptions options, IActorRef? browser, ClusterSettings settings)
    {
        // Of a browser that the program starts itself, only the program knows the roles.
        var roles = browser is null ? options.Browser.Roles : options.Roles;
        browser ??= system.StartActorBrowser(options.Browser);
        var load = new NodeLoad(settings, [.. roles.Select(static role => role.Definition.Name)], BrowserProcesses.CounterOf(browser), Logging.GetLogger(system, "ActorBrowser"));
        var host = system.ActorOf(NodeHost.Props(load, new HostedWork(browser, settings)), NodeHost.Name);
        ClusterDrain.Register(system, host, settings);
    }
}
