using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.ClusterTests;

/// <summary>A node of a cluster in this process: its own host, actor system and browser, and TCP on loopback to the others.</summary>
public sealed class TestNode : IAsyncDisposable
{
    private const string Quick = """
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        akka.cluster.gossip-interval = 100ms
        akka.cluster.leader-actions-interval = 100ms
        akka.cluster.unreachable-nodes-reaper-interval = 200ms
        akka.cluster.periodic-tasks-initial-delay = 100ms
        akka.cluster.failure-detector.heartbeat-interval = 200ms
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 2s
        akka.cluster.split-brain-resolver.stable-after = 1s
        akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = off
        akka.coordinated-shutdown.exit-clr = off
        akka.coordinated-shutdown.terminate-actor-system = on
        actorbrowser.restart.min-backoff = 1ms
        actorbrowser.cluster.offer-interval = 200ms
        actorbrowser.cluster.introduction-timeout = 1s
        actorbrowser.cluster.pulse-interval = 200ms
        actorbrowser.cluster.drain-timeout = 5s
        """;

    private readonly IHost _host;

    private TestNode(IHost host)
    {
        _host = host;
        System = host.Services.GetRequiredService<ActorSystem>();
        Cluster = host.Services.GetRequiredService<IRequiredActor<ClusterBrowser>>().ActorRef;
        Client = BrowserClient.For(Cluster);
    }

    public ActorSystem System { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>The cluster's actor on this node.</summary>
    public IActorRef Cluster { get; }

    /// <summary>A client of it.</summary>
    public BrowserClient Client { get; }

    public Address Address => Akka.Cluster.Cluster.Get(System).SelfAddress;

    /// <summary>Starts a node, which joins another one or is the first.</summary>
    /// <param name="first">A node of the cluster; null for a new cluster.</param>
    /// <param name="isBrowser">Whether it offers processes.</param>
    /// <param name="hocon">Further configuration.</param>
    /// <param name="configure">Sets options.</param>
    /// <param name="remoting">How nodes are connected; null for plain TCP.</param>
    public static async Task<TestNode> StartAsync(
        TestNode? first = null, bool isBrowser = false, string hocon = "", Action<ActorBrowserClusterOptions>? configure = null, RemoteOptions? remoting = null)
    {
        var node = await StartAloneAsync(isBrowser, hocon, configure, remoting);
        await Akka.Cluster.Cluster.Get(node.System).JoinAsync(first?.Address ?? node.Address).Soon();
        return node;
    }

    /// <summary>Starts a node that has not joined a cluster yet.</summary>
    public static async Task<TestNode> StartAloneAsync(bool isBrowser, string hocon, Action<ActorBrowserClusterOptions>? configure, RemoteOptions? remoting)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("cluster", akka => akka
            .AddHocon(hocon, HoconAddMode.Prepend)
            .AddHocon(Quick, HoconAddMode.Append)
            .AddHocon($"actorbrowser.child.executable = \"{TestChildProgram.Path}\"", HoconAddMode.Append)
            .WithRemoting(remoting ?? new RemoteOptions { HostName = "127.0.0.1", Port = 0 })
            .WithClustering(new ClusterOptions { Roles = isBrowser ? ["browser"] : ["front"] })
            .WithActorBrowserCluster(configure: configure)
            .WithActorBrowserClusterHealthCheck());
        builder.Services.AddBrowserClient();
        builder.Services.AddHealthChecks();
        var host = builder.Build();
        await host.StartAsync().Soon();
        return new TestNode(host);
    }

    /// <summary>Waits until this node has links to so many browser nodes.</summary>
    public Task LinkedAsync(int nodes) => UntilAsync(known => known.All.Count(static node => node.IsLinked) == nodes);

    /// <summary>Waits until so many requests of this node wait for a browser node.</summary>
    public Task WaitingAsync(int requests) => UntilAsync(known => known.Waiting == requests);

    /// <summary>Waits until this node knows of so many browser nodes that leave.</summary>
    public Task LeavingAsync(int nodes) => UntilAsync(known => known.All.Count(static node => node.IsLeaving) == nodes);

    /// <summary>Waits until a browser node has offered room for a kind of work.</summary>
    internal Task RoomAsync(WorkKind kind) => UntilAsync(known => known.All.Any(node => node.Free[(int)kind] > 0));

    /// <summary>Waits until what the node knows of the browser nodes is so.</summary>
    internal async Task UntilAsync(Predicate<ClusterProtocol.Nodes> isSo)
    {
        using var late = new CancellationTokenSource(Deadline.Long);
        while (!isSo(await Cluster.Ask<ClusterProtocol.Nodes>(new ClusterProtocol.GetNodes()).Soon()))
            await Task.Delay(20, late.Token);
    }

    /// <summary>Ends the node at once, as a lost one: no drain, no word to the others.</summary>
    public async Task CrashAsync()
    {
        ((ExtendedActorSystem)System).Abort();
        await System.WhenTerminated.Soon();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().Soon();
        _host.Dispose();
    }
}
