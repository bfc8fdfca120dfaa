using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;

namespace ActorBrowser.Cluster;

/// <summary>Asks all browser nodes for their tabs, for one asker, and stops.</summary>
internal sealed class TabLister : UntypedActor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly HashSet<Address> _silent = [];
    private readonly List<ClusterTab> _all = [];
    private readonly IActorRef _asker;
    private readonly ActorTimers _timers;

    public TabLister(string role, IActorRef asker)
    {
        _asker = asker;
        _timers = new ActorTimers(Context);
        var state = Akka.Cluster.Cluster.Get(Context.System).State;
        foreach (var node in state.Members.Where(member => member.HasRole(role) && member.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Leaving))
        {
            _silent.Add(node.Address);
            Context.ActorSelection(new RootActorPath(node.Address) / "user" / TabDirectory.Name).Tell(new ListTabs(), Self);
        }
    }

    internal static Props Props(string role, IActorRef asker) => Akka.Actor.Props.Create(() => new TabLister(role, asker));

    protected override void PreStart()
    {
        _timers.StartSingleTimer(Late.Instance, Late.Instance, s_patience);
        EndIfAll();
    }

    protected override void PostStop() => _timers.CancelAll();

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TabsHere here:
                OnTabs(here, Sender.Path.Address is { HasLocalScope: false } far ? far : Akka.Cluster.Cluster.Get(Context.System).SelfAddress);
                break;
            case Late:
                End();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnTabs(TabsHere here, Address node)
    {
        if (!_silent.Contains(node))
            return;
        _all.AddRange(here.EntityIds.Select(TabName.Parse).OfType<TabName>().Select(name => new ClusterTab(name.Identity, name.Tab, node)));
        if (here.IsLast)
            _silent.Remove(node);
        EndIfAll();
    }

    private void EndIfAll()
    {
        if (_silent.Count == 0)
            End();
    }

    private void End()
    {
        _asker.Tell(new ClusterProtocol.ClusterTabs(_all, [.. _silent]));
        Context.Stop(Self);
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }
}

/// <summary>Asks this node's shard region for its tabs, for one other node, and stops.</summary>
internal sealed class LocalTabLister : UntypedActor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly IActorRef _region;
    private readonly UnopenedTabs _unopened;
    private readonly IActorRef _asker;
    private readonly ActorTimers _timers;

    public LocalTabLister(IActorRef region, UnopenedTabs unopened, IActorRef asker)
    {
        (_region, _unopened, _asker) = (region, unopened, asker);
        _timers = new ActorTimers(Context);
    }

    internal static Props Props(IActorRef region, UnopenedTabs unopened, IActorRef asker) => Akka.Actor.Props.Create(() => new LocalTabLister(region, unopened, asker));

    protected override void PreStart()
    {
        _timers.StartSingleTimer(Late.Instance, Late.Instance, s_patience);
        _region.Tell(GetShardRegionState.Instance);
    }

    protected override void PostStop() => _timers.CancelAll();

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CurrentShardRegionState state:
                Answer([.. state.Shards.SelectMany(static shard => shard.EntityIds).Where(name => !_unopened.Contains(name)).Chunk(TabsHere.Most)]);
                Context.Stop(Self);
                break;
            case Late:
                // The asker names this node as silent.
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Answer(string[][] chunks)
    {
        foreach (var chunk in chunks.SkipLast(1))
            _asker.Tell(new TabsHere(chunk, IsLast: false), Context.Parent);
        _asker.Tell(new TabsHere(chunks.LastOrDefault() ?? [], IsLast: true), Context.Parent);
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }
}

/// <summary>Closes one tab for good, for one asker, and stops.</summary>
internal sealed class TabCloser : UntypedActor
{
    private readonly ClusterProtocol.CloseClusterTab _close;
    private readonly IActorRef _asker;
    private readonly IActorRef _directory;

    public TabCloser(ClusterProtocol.CloseClusterTab close, IActorRef asker, IActorRef directory) => (_close, _asker, _directory) = (close, asker, directory);

    internal static Props Props(ClusterProtocol.CloseClusterTab close, IActorRef asker, IActorRef directory) => Akka.Actor.Props.Create(() => new TabCloser(close, asker, directory));

    protected override void PreStart() => _directory.Tell(new ClusterProtocol.OpenClusterTab(_close.Identity, _close.Tab) { MustExist = true, Subscriber = Self });

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TabProtocol.TabOpened opened:
                opened.Tab.Tell(_close.ForgetIdentity ? new CloseWithIdentity() : new TabProtocol.Close());
                break;
            case ClusterProtocol.NoTab:
            case TabProtocol.Closed { Problem: null }:
                _asker.Tell(new ClusterProtocol.ClusterTabClosed(_close.Identity, _close.Tab), Context.Parent);
                Context.Stop(Self);
                break;
            case TabProtocol.Closed closed:
                _asker.Tell(new Status.Failure(new PageException(closed.Problem!)), Context.Parent);
                Context.Stop(Self);
                break;
            case Status.Failure:
                _asker.Tell(message, Context.Parent);
                Context.Stop(Self);
                break;
            case TabProtocol.IEvent:
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
