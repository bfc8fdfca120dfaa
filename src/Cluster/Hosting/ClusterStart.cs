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
        var memory = new ClusterMemory(settings, Clock.Of(system)) { Offers = new OfferBoard(cluster.SelfAddress) };
        var hasTabs = cluster.SelfRoles.Contains(settings.Role);
        var unopened = new UnopenedTabs();
        var region = hasTabs ? StartHost(system, options, browser, settings, memory, unopened) : TabRegion.StartProxy(system, settings);
        var actor = system.ActorOf(ClusterBrowserActor.Props(memory), Name);
        memory.Tabs = system.ActorOf(TabDirectory.Props(new TabAsker(actor, region, settings) { Unopened = unopened }, hasTabs), TabDirectory.Name);
        UnansweredMessages.AnswerFor(actor);
        UnansweredMessages.AnswerFor(memory.Tabs, actor);
        foreach (var called in options.AllRoles)
            memory.Roles[called.Definition.Name] = system.ActorOf(ClusterRole.Props(called.Definition, actor), $"{Name}-{called.Definition.Name}");
        return (actor, memory);
    }

    // Returns the shard region of tabs.
    private static IActorRef StartHost(ActorSystem system, ActorBrowserClusterOptions options, IActorRef? browser, ClusterSettings settings, ClusterMemory memory, UnopenedTabs unopened)
    {
        // Of a browser that the program starts itself, only the program knows the roles.
        var roles = browser is null ? options.Browser.Roles : options.Roles;
        memory.Browser = browser ??= system.StartActorBrowser(options.Browser);
        var region = TabRegion.Start(system, settings, browser, memory.Offers, unopened);
        string[] offered = [.. roles.Select(static role => role.Definition.Name)];
        var load = new NodeLoad(settings, offered, BrowserProcesses.CounterOf(browser), Logging.GetLogger(system, "ActorBrowser"));
        var host = system.ActorOf(NodeHost.Props(load, new HostedWork(browser, settings) { Tabs = region, Roles = offered }), NodeHost.Name);
        ClusterDrain.Register(system, host, region, settings);
        return region;
    }
}
