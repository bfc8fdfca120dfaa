using System.Collections.Concurrent;
using System.Diagnostics;
using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBrowser.ClusterProof;

/// <summary>This program's own member of the cluster, which asks.</summary>
internal sealed class Front : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _downed = new();

    private Front(IHost host, bool isQuick)
    {
        (_host, IsQuick) = (host, isQuick);
        System = host.Services.GetRequiredService<ActorSystem>();
        Cluster = host.Services.GetRequiredService<IRequiredActor<ClusterBrowser>>().ActorRef;
    }

    /// <summary>Whether the cluster decides sooner that a node is down.</summary>
    internal bool IsQuick { get; }

    internal ActorSystem System { get; }

    /// <summary>The cluster's browser.</summary>
    internal IActorRef Cluster { get; }

    internal string Address => Akka.Cluster.Cluster.Get(System).SelfAddress.ToString();

    internal static async Task<Front> StartAsync(string address, bool isQuick)
    {
        var host = Member.Build("front", address, null, Environment.ProcessPath!, "front", isQuick);
        await host.StartAsync();
        var front = new Front(host, isQuick);
        var cluster = Akka.Cluster.Cluster.Get(front.System);
        await cluster.JoinAsync(cluster.SelfAddress).WaitAsync(Patience.Long);
        front.System.ActorOf(Props.Create(() => new Watcher(front)));
        return front;
    }

    /// <summary>Completes with the time of the decision that a node is down.</summary>
    internal Task<long> DownedAsync(string address) => Downed(address).Task;

    internal async Task LinkedAsync(int nodes)
    {
        using var late = new CancellationTokenSource(Patience.Long);
        while ((await Cluster.Ask<ClusterProtocol.Nodes>(new ClusterProtocol.GetNodes(), Patience.Long)).All.Count(static node => node.IsLinked) != nodes)
            await Task.Delay(50, late.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private TaskCompletionSource<long> Downed(string address) => _downed.GetOrAdd(address, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Watcher(Front front) : UntypedActor
    {
        protected override void PreStart() => Akka.Cluster.Cluster.Get(Context.System).Subscribe(Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

        protected override void OnReceive(object message)
        {
            if (message is ClusterEvent.MemberDowned or ClusterEvent.MemberRemoved { PreviousStatus: MemberStatus.Down })
                front.Downed(((ClusterEvent.IMemberEvent)message).Member.Address.ToString()).TrySetResult(Stopwatch.GetTimestamp());
        }
    }
}
