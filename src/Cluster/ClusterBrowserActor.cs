using Akka.Actor;
using Akka.Cluster;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// Takes requests of this node's actors, and has each done by a browser node: a <see cref="Conversation"/> for each, a
/// <see cref="NodeLink"/> for each browser node. It continues after a failure with the next message; what it knows of nodes and waiting
/// requests is in <see cref="ClusterMemory"/>.
/// </summary>
internal sealed partial class ClusterBrowserActor : UntypedActor, ISessionKeeper
{
    private readonly ClusterMemory _memory;
    private readonly ClusterSettings _settings;
    private readonly ActorTimers _timers;
    private readonly CommandRouter _commands;
    private readonly ClusterMetrics _metrics = new();
    private IActorRef? _watch;

    public ClusterBrowserActor(ClusterMemory memory)
    {
        _memory = memory;
        _settings = memory.Settings;
        _timers = new ActorTimers(Context);
        _commands = new CommandRouter(Context, memory, Begin);
    }

    internal static Props Props(ClusterMemory memory) => Akka.Actor.Props.Create(() => new ClusterBrowserActor(memory));

    // A conversation that fails answers its requester as it stops. A link that fails begins again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => _memory.IsLink(Sender) || Sender.Equals(_watch) ? Directive.Restart : Directive.Stop);

    protected override void PreStart()
    {
        Akka.Cluster.Cluster.Get(Context.System).Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        WatchWaiting();
    }

    protected override void PostStop()
    {
        _timers.CancelAll();
        _metrics.Show(0, 0);
        Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !_timers.Admits(ref message) || base.AroundReceive(receive, message);
        _metrics.Show(_memory.Linked, _memory.Waiting);
        return handled;
    }

    protected override void OnReceive(object message)
    {
        try
        {
            if (CommandRouter.Own(message, Sender) is not { } own)
                return;
            if (Entry.Admits(own, Sender))
                OnAdmitted(own);
            else
                (own as CommandProtocol.Spawn)?.InputDescriptor?.Dispose();
        }
        catch (Exception e)
        {
            // A restart would restart every link and conversation, so one bad message would end all work.
            Context.GetLogger().Error(e, "A {0} could not be handled", message.GetType().Name);
            if (message is not ClusterEvent.IClusterDomainEvent and not NodeLink.Heard and not NodeLink.NotLinked)
                Sender.Tell(new Akka.Actor.Status.Failure(e));
        }
    }

    private void OnAdmitted(object message)
    {
        switch (message)
        {
            case ClusterProtocol.Placed placed:
                // What is inside is checked as if it had come alone.
                if (Entry.Admits(placed.Request, Sender))
                    OnRequest(placed.Request, placed.Where);
                else
                    (placed.Request as CommandProtocol.Spawn)?.InputDescriptor?.Dispose();
                break;
            case FetchProtocol.GrantCredit grant:
                Forward(grant.Id, grant);
                break;
            case FetchProtocol.CancelFetch cancel:
                Forward(cancel.Id, cancel);
                break;
            case Conversation.FindNode find:
                OnFind(find);
                break;
            case NodeLink.Heard heard:
                OnHeard(heard);
                break;
            case NodeLink.NotLinked not:
                _memory.Table.Find(not.Key)?.OnNotLinked(not.Problem);
                break;
            case Terminated terminated:
                _memory.Forget(terminated.ActorRef);
                // Its node may have room for one that waits.
                _memory.PlaceWaiting(TryPlace);
                break;
            case WaitTick:
                OnWaitOver();
                break;
            case BrowserShutdown.AskIfStopping:
                // This actor ends no work while it runs.
                Sender.Tell(new BrowserShutdown.Stopping(false));
                break;
            case ClusterWatch.AskNode ask:
                var asked = new ConversationStart(WorkIds.Next(), Sender, _settings);
                Begin(asked, WatchConversation.Props(asked, ask));
                break;
            case WatchProtocol.ICommand:
                _watch ??= Context.ActorOf(ClusterWatch.Props(_memory), "watch");
                _watch.Forward(message);
                break;
            case ClusterRole.ToStream to:
                to.Sink.Conversation?.Tell(to.Message);
                break;
            case RoleProtocol.GetRole get:
                Sender.Tell(_memory.Roles.TryGetValue(get.Name ?? "", out var role) ? new RoleProtocol.RoleFound(role)
                    : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(RoleProtocol.GetRole), $"this node's program adds no role '{get.Name}' to the cluster's options")));
                break;
            case BrowserProtocol.GetChildren or BrowserProtocol.GetPools or BrowserProtocol.SpawnChild or CrashProtocol.GetCrashes or CrawlProtocol.StartCrawl:
                Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message.GetType().Name, "the cluster's actor does not handle it; a browser node's own browser does")));
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
                Begin(start, FetchConversation.Props(start, fetch, wish));
                break;
            case ClusterRole.Call call:
                call.Begin(start, Begin);
                break;
            case ImageProtocol.Decode when Sender.Equals(Context.System.DeadLetters):
                // Without an actor to take them, the pixels would stay mapped until they are collected.
                break;
            case ImageProtocol.Decode decode:
                Begin(start, ImageConversation.Props(start, decode, wish));
                break;
            case TabProtocol.OpenTab or ClusterProtocol.OpenClusterTab or ClusterProtocol.CloseClusterTab or ClusterProtocol.ListClusterTabs:
                _memory.Tabs.Forward(message);
                break;
            default:
                if (!_commands.OnReceive(message, wish))
                    Unhandled(message);
                break;
        }
    }

    private IActorRef Begin(ConversationStart start, Props props)
    {
        var conversation = Context.Watch(Context.ActorOf(props));
        _memory.Remember(start.Id, conversation);
        return conversation;
    }

    private void Forward(ulong id, object message)
    {
        if (_memory.Find(id) is { } conversation)
            conversation.Forward(message);
    }

    private void OnHeard(NodeLink.Heard heard)
    {
        if (_memory.Table.Find(heard.Key) is not { } node)
            return;
        _memory.Offers.Set(node.Address, heard.Offer);
        if (heard.Offer is { } offer)
        {
            if (node.Offer is null)
                _memory.Linked++;
            node.On(offer, _timers.Time.GetTimestamp());
            _memory.PlaceWaiting(TryPlace);
        }
        else if (node.Offer is not null)
        {
            _memory.Linked--;
            node.OnLost();
        }
    }

    private void OnCluster(ClusterEvent.IClusterDomainEvent happened)
    {
        switch (happened)
        {
            case ClusterEvent.MemberUp or ClusterEvent.MemberWeaklyUp when ((ClusterEvent.IMemberEvent)happened).Member is var member && member.HasRole(_settings.Role):
                if (_memory.Table.Find(NodeName.Of(member.UniqueAddress)) is null)
                {
                    var name = NodeName.Of(member.UniqueAddress);
                    var link = Context.ActorOf(NodeLink.Props(new NodeEntryKey(name, member.Address, []), Self, _settings), $"link-{WorkIds.Next()}");
                    _memory.Table.Add(new NodeEntry(name, member.Address, link));
                }
                break;
            case ClusterEvent.MemberDowned downed:
                OnGone(NodeName.Of(downed.Member.UniqueAddress), "it was downed");
                break;
            case ClusterEvent.MemberRemoved removed:
                OnGone(NodeName.Of(removed.Member.UniqueAddress), "it has left the cluster");
                break;
            case ClusterEvent.UnreachableMember unreachable:
                SetReachable(unreachable.Member, false);
                break;
            case ClusterEvent.ReachableMember reachable:
                SetReachable(reachable.Member, true);
                break;
        }
    }

    private void OnGone(string name, string why)
    {
        if (_memory.Table.Find(name) is not { } node)
            return;
        _memory.Table.Remove(name);
        _memory.Offers.Set(node.Address, null);
        if (node.Offer is not null)
            _memory.Linked--;
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
