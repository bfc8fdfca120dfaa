using Akka.Actor;
using Akka.Cluster;

namespace ActorBrowser.Cluster;

/// <summary>
/// Takes requests of this node's actors, and has each done by a browser node: a <see cref="Conversation"/> for each, a
/// <see cref="NodeLink"/> for each browser node. A restart keeps all of them, and what it knows of nodes and waiting requests
/// (<see cref="ClusterMemory"/>).
/// </summary>
internal sealed class ClusterBrowserActor : UntypedActor
{
    private readonly ClusterMemory _memory;
    private readonly ClusterSettings _settings;
    private readonly ActorTimers _timers;
    private IActorRef? _watch;

    public ClusterBrowserActor(ClusterMemory memory)
    {
        _memory = memory;
        _settings = memory.Settings;
        _timers = new ActorTimers(Context);
    }

    internal static Props Props(ClusterMemory memory) => Akka.Actor.Props.Create(() => new ClusterBrowserActor(memory));

    // A conversation that fails answers its requester as it stops. A link that fails begins again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => _memory.IsLink(Sender) ? Directive.Restart : Directive.Stop);

    protected override void PreStart()
    {
        Akka.Cluster.Cluster.Get(Context.System).Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        WatchWaiting();
    }

    // Links and conversations go on.
    protected override void PreRestart(Exception reason, object message)
    {
        _timers.CancelAll();
        if (_watch is not null)
            Context.Stop(_watch);
        Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
        if (message is not (ClusterEvent.IClusterDomainEvent or NodeLink.Heard))
            Sender.Tell(new Akka.Actor.Status.Failure(reason));
    }

    protected override void PostRestart(Exception reason) => PreStart();

    protected override void PostStop()
    {
        _timers.CancelAll();
        Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case ClusterProtocol.Placed placed:
                // What is inside is checked as if it had come alone.
                if (Entry.Admits(placed.Request, Sender))
                    OnRequest(placed.Request, placed.Where);
                break;
            case FetchProtocol.GrantCredit grant:
                Forward(grant.Id, grant);
                break;
            case FetchProtocol.CancelFetch cancel:
                Forward(cancel.Id, cancel);
                break;
            case Conversation.FindNode find:
                OnFind(find.Request);
                break;
            case NodeLink.Heard heard:
                OnHeard(heard);
                break;
            case Terminated terminated:
                _memory.Forget(terminated.ActorRef);
                break;
            case WaitTick:
                OnWaitOver();
                break;
            case ClusterWatch.AskNode ask:
                var asked = new ConversationStart(WorkIds.Next(), Sender, _settings);
                Begin(asked.Id, WatchConversation.Props(asked, ask));
                break;
            case WatchProtocol.ICommand:
                _watch ??= Context.ActorOf(ClusterWatch.Props(_memory));
                _watch.Forward(message);
                break;
            case ClusterProtocol.GetNodes:
                Sender.Tell(_memory.Describe());
                break;
            case ClusterEvent.IClusterDomainEvent happened:
                OnCluster(happened);
                break;
            default:
                OnRequest(message, null);
                break;
        }
    }

    private void OnRequest(object message, Placement? wish)
    {
        var start = new ConversationStart(WorkIds.Next(), Sender, _settings);
        switch (message)
        {
            case FetchProtocol.Fetch fetch:
                Begin(start.Id, FetchConversation.Props(start, fetch, wish));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(ulong id, Props props) => _memory.Remember(id, Context.Watch(Context.ActorOf(props)));

    private void Forward(ulong id, object message)
    {
        if (_memory.Find(id) is { } conversation)
            conversation.Forward(message);
    }

    private void OnFind(PlacementRequest request)
    {
        if (request.Only is { } only && _memory.Table.ProblemOf(only, request.Kind) is { } not)
            Sender.Tell(not);
        else if (_memory.HasWaiting(request.Kind) || !TryPlace(Sender, request))
        {
            if (_memory.Waiting >= _settings.MaxWaiting)
                Sender.Tell(new Conversation.NotPlaced(
                    ConversationFailure.NodesFull, $"No browser node has room, and {_settings.MaxWaiting} requests wait already (actorbrowser.cluster.max-waiting)."));
            else
            {
                _memory.Wait(Sender, request);
                WatchWaiting();
            }
        }
    }

    private bool TryPlace(IActorRef conversation, PlacementRequest request)
    {
        if (_memory.Table.Place(request) is not { } node)
            return false;
        conversation.Tell(new Conversation.Placed(node.Link, node.Key));
        return true;
    }

    private void OnHeard(NodeLink.Heard heard)
    {
        if (_memory.Table.Find(heard.Key) is not { } node)
            return;
        if (heard.Offer is { } offer)
        {
            node.On(offer, _timers.Time.GetTimestamp());
            _memory.PlaceWaiting(TryPlace);
        }
        else
            node.OnLost();
    }

    private void OnWaitOver()
    {
        foreach (var (conversation, request) in _memory.TakeExpired(_settings.WaitTimeout))
        {
            conversation.Tell(new Conversation.NotPlaced(ConversationFailure.NodesFull, _memory.Table.IsPossible(request)
                ? $"No browser node had room within {_settings.WaitTimeout.TotalSeconds:0.###} s (actorbrowser.cluster.wait-timeout)."
                : $"No browser node that can do this was linked within {_settings.WaitTimeout.TotalSeconds:0.###} s (actorbrowser.cluster.wait-timeout)."));
        }
        WatchWaiting();
    }

    private void WatchWaiting()
    {
        if (_memory.NextExpiry(_settings.WaitTimeout) is { } left && !_timers.IsTimerActive(WaitTick.Instance))
            _timers.StartSingleTimer(WaitTick.Instance, WaitTick.Instance, left);
    }

    private void OnCluster(ClusterEvent.IClusterDomainEvent happened)
    {
        switch (happened)
        {
            case ClusterEvent.MemberUp or ClusterEvent.MemberWeaklyUp when ((ClusterEvent.IMemberEvent)happened).Member is var member && member.HasRole(_settings.Role):
                if (_memory.Table.Find(NodeName.Of(member.UniqueAddress)) is null)
                {
                    var name = NodeName.Of(member.UniqueAddress);
                    var link = Context.ActorOf(NodeLink.Props(new NodeEntryKey(name, member.Address, []), Self, _settings));
                    _memory.Table.Add(new NodeEntry(name, member.Address, link));
                }
                break;
            case ClusterEvent.MemberDowned downed:
                OnGone(downed.Member, "it was downed");
                break;
            case ClusterEvent.MemberRemoved removed:
                OnGone(removed.Member, "it has left the cluster");
                break;
            case ClusterEvent.UnreachableMember unreachable:
                SetReachable(unreachable.Member, false);
                break;
            case ClusterEvent.ReachableMember reachable:
                SetReachable(reachable.Member, true);
                break;
        }
    }

    private void OnGone(Member member, string why)
    {
        var name = NodeName.Of(member.UniqueAddress);
        if (_memory.Table.Find(name) is not { } node)
            return;
        _memory.Table.Remove(name);
        node.Link.Tell(new NodeLink.NodeGone(why + "."));
    }

    private void SetReachable(Member member, bool isReachable)
    {
        if (_memory.Table.Find(NodeName.Of(member.UniqueAddress)) is { } node)
            node.IsReachable = isReachable;
    }

    private sealed class WaitTick
    {
        internal static readonly WaitTick Instance = new();
    }
}

/// <summary>A node's name in sentences, handles and offers: its address and incarnation.</summary>
internal static class NodeName
{
    internal static string Of(UniqueAddress node) => $"{node.Address.Host}:{node.Address.Port}#{(uint)node.Uid:x}";
}
