using Akka.Actor;
using Akka.Event;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// A tab of the cluster, on the node where it lives. It reads what is kept of it when it is first asked for, opens a tab of the local
/// browser when a command needs one, and keeps where that tab is. Conversations (<see cref="HostedTab"/>) talk to it as to a tab.
/// <code>
///   Asleep ── JoinTab ──► Reading ── state, identity ──► Here ── Close ──► Ending ── forgotten ──► passivated
///                                                         └── MoveAway ──► Leaving ── kept ──► stopped
/// </code>
/// If it fails, its tab is closed, its conversations are told that it has moved, and it begins anew.
/// </summary>
internal sealed partial class TabEntity : UntypedActor
{
    private const string Moved = "The tab moves to another node, and its page is loaded there on demand.";

    private static readonly TimeSpan s_longestMove = TimeSpan.FromSeconds(20);

    // Longer than an asker waits until it asks again.
    private static readonly TimeSpan s_emptyAfter = TimeSpan.FromSeconds(5);

    private readonly string _entityId;
    private readonly TabNode _node;
    private readonly TabName? _name;
    private readonly ActorTimers _timers;
    private readonly HashSet<IActorRef> _conversations = [];
    private readonly List<(IActorRef Conversation, TabOrder Order)> _joining = [];
    private readonly LocalTab _local;
    private readonly TabRecord _record;
    private ulong _life = NewLife();
    private bool _wasFound;
    private bool _wasRefused;
    private bool _isIdentityWanted;
    private TabIdentities.IdentityIs? _identity;
    private bool _isLeaving;
    private bool _isEnding;
    private bool _isFlushed;
    private bool _forgetsIdentity;

    public TabEntity(string entityId, TabNode node)
    {
        (_entityId, _node, _name) = (entityId, node, TabName.Parse(entityId));
        _timers = new ActorTimers(Context);
        _local = new LocalTab(Context, node.Browser, OnMemory);
        _record = new TabRecord(Context, entityId, node);
    }

    /// <summary>From a conversation: it wants the tab. Answered by <see cref="TabJoined"/>, <see cref="TabUnknown"/>, <see cref="TabFull"/>, or <see cref="TabMoved"/>.</summary>
    internal sealed record JoinTab(TabOrder Order) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To a conversation: the tab would be new, and the node takes no more.</summary>
    internal sealed record TabFull(string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal static Props Props(string entityId, TabNode node) => Akka.Actor.Props.Create(() => new TabEntity(entityId, node));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart() => WatchUse();

    protected override void PreRestart(Exception reason, object message)
    {
        TellMoved();
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _timers.CancelAll();
        TellMoved();
        _local.Close();
        _record.Release();
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case FindTab:
                Sender.Tell(new TabIsAt(_entityId, _node.Name));
                _wasFound = true;
                if (_record.Kept is null)
                    WatchUse();
                break;
            case JoinTab when _isLeaving || _isEnding:
                Sender.Tell(new TabMoved(Moved));
                break;
            case JoinTab join:
                _timers.Cancel(IdleTick.Instance);
                _joining.Add((Context.Watch(Sender), join.Order));
                if (_name is not null)
                    _record.Read();
                // While both are read; whoever only looks for a tab needs no identity, which would count, unless there is one.
                if (!join.Order.MustExist)
                    WantIdentity();
                JoinAll();
                break;
            case TabKeeper.Loaded loaded when !_record.IsRead && _record.IsKeeper(Sender):
                _record.OnRead(loaded.State);
                if (_conversations.Count + _joining.Count == 0)
                    OnIdle();
                else
                    JoinAll();
                break;
            case TabIdentities.IdentityIs identity when _identity is null:
                _identity = identity;
                Context.Watch(identity.Actor);
                JoinAll();
                break;
            case TabKeeper.Saved saved:
                _record.OnSaved(saved.Number);
                EndIfKept();
                break;
            case TabIdentity.Flushed:
                _isFlushed = true;
                EndIfKept();
                break;
            case MoveAway:
                Leave();
                break;
            case MoveTick:
                Context.GetLogger().Warning("What the tab {0} did last was not kept in time before it moves", _entityId);
                Stop();
                break;
            case IdleTick:
                OnIdle();
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            case Close or CloseWithIdentity when _conversations.Contains(Sender) || Sender is AnswerRef:
                End(message is CloseWithIdentity);
                break;
            case ICommand when !_isLeaving && !_isEnding && _identity is not null && _record.Kept is { } kept:
                _local.Do(message, Sender, () => Opening(kept, _identity.Identity));
                break;
            case ICommand:
                // Of a conversation that was told that the tab has moved, or is closed.
                break;
            default:
                if (!_local.Handles(message, Sender))
                    Unhandled(message);
                EndIfKept();
                break;
        }
    }

    private OpenTab Opening(KeptTab kept, NetworkIdentity identity) => new()
    {
        Identity = identity,
        LoadImages = kept.Options.LoadImages,
        Initiator = _node.Policy.PrivateAddresses ? kept.Options.Initiator : FetchInitiator.PublicPage,
        Scripts = kept.Options.Scripts,
        Subscriber = Self,
        Memory = _node.Policy.PrivateAddresses || kept.Memory is null ? kept.Memory : kept.Memory with { Initiator = FetchInitiator.PublicPage },
    };

    private void WantIdentity()
    {
        if (_isIdentityWanted || _name is null)
            return;
        _isIdentityWanted = true;
        _node.Identities.Tell(new TabIdentities.Want(_name.Identity));
    }

    private void JoinAll()
    {
        if (_name is not null && !_record.IsRead)
            return;
        for (; _joining.Count > 0 && (_identity is not null || IsUnknown(_joining[0].Order)); _joining.RemoveAt(0))
            Join(_joining[0].Conversation, _joining[0].Order);
        if (_joining.Count > 0)
        {
            WantIdentity();
            return;
        }
        // The next attempt asks anew whether there is room.
        if (_wasRefused && _conversations.Count == 0)
            Passivate();
        else
            WatchUse();
    }

    private bool IsUnknown(TabOrder order) => _name is null || (_record.Kept is null && order.MustExist);

    private void Join(IActorRef conversation, TabOrder order)
    {
        if (IsUnknown(order))
        {
            Context.Unwatch(conversation);
            conversation.Tell(new TabUnknown());
            return;
        }
        if (_record.Kept is null && Full(order) is { } problem)
        {
            _wasRefused = true;
            Context.Unwatch(conversation);
            conversation.Tell(new TabFull(problem));
            return;
        }
        _conversations.Add(conversation);
        _local.Add(conversation);
        conversation.Tell(new TabJoined(_life));
    }

    // Begins the new tab, or says why there is no room for it.
    private string? Full(TabOrder order) =>
        _identity!.IsBeyond ? $"The tab's node knows {_node.Settings.MaxIdentities} other identities (actorbrowser.cluster.tabs.max-identities); close their last tabs with ForgetIdentity."
        : _record.TryBegin(order) ? null
        : $"{_node.Settings.Max} tabs live on the tab's node already (actorbrowser.cluster.tabs.max); close some.";

    private void OnMemory(TabMemory memory) => _record.Save(_record.Kept! with { Memory = KeptTab.Bounded(memory) });

    private void OnTerminated(IActorRef actor)
    {
        if (_record.IsKeeper(actor) || actor.Equals(_identity?.Actor))
        {
            // It has failed, and says why in the log, or the node stops. The shard starts this tab again.
            Context.Stop(Self);
            return;
        }
        if (_local.OnTerminated(actor))
        {
            _life = NewLife();
            EndIfKept();
            return;
        }
        _conversations.Remove(actor);
        _joining.RemoveAll(join => join.Conversation.Equals(actor));
        _local.Remove(actor);
        WatchUse();
    }

    private static ulong NewLife() => (ulong)Random.Shared.NextInt64();

    // A tab that nobody uses keeps no renderer; one whose name nobody else knows is closed; one that was looked for and never opened is forgotten.
    private void WatchUse()
    {
        if (_conversations.Count + _joining.Count > 0)
            return;
        _timers.StartSingleTimer(IdleTick.Instance, IdleTick.Instance, _record.Kept switch
        {
            { Options.IsPrivate: false } => _node.Settings.IdleAfter,
            null when _wasFound || _record.IsRead => s_emptyAfter,
            _ => _node.Settings.OrphanAfter,
        });
    }

    private void OnIdle()
    {
        if (_conversations.Count + _joining.Count > 0 || _isLeaving || _isEnding)
            return;
        if (!_record.IsRead && _name is not null)
        {
            // Started again with its shard, or looked for, and not used since: is it somebody's?
            _record.Read();
            WatchUse();
        }
        else if (_record.Kept is not { } kept)
            Passivate();
        else if (kept.Options.IsPrivate && _identity is null)
        {
            WantIdentity();
            WatchUse();
        }
        else if (kept.Options.IsPrivate)
            End(forgetIdentity: true);
        else
            _local.Close();
    }

    private void TellMoved()
    {
        if (!_isEnding)
        {
            foreach (var conversation in _conversations.Concat(_joining.Select(static join => join.Conversation)))
                conversation.Tell(new TabMoved(Moved));
        }
        _conversations.Clear();
        _joining.Clear();
    }

    private sealed class IdleTick
    {
        internal static readonly IdleTick Instance = new();
    }

    private sealed class MoveTick
    {
        internal static readonly MoveTick Instance = new();
    }
}
