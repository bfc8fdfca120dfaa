using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// A command of another node, on the browser node that runs it, or questions of another node about a command that this one has. Each
/// actor that talks to the command has its <see cref="CommandPeer"/> here.
/// <code>
///   CommandOrder  ── Spawned ──► Running ── all processes gone ──► Over
///   CommandAttach ── Handles ──►
/// </code>
/// </summary>
internal sealed class HostedCommand : HostedConversation
{
    private const int MostPeers = 4096;
    private const int MostEarly = 4096;

    private readonly bool _isQuestion;
    private readonly Dictionary<long, IActorRef> _peers = [];
    private readonly List<CommandSaid> _early = [];
    private string? _handle;
    private IActorRef _session = ActorRefs.Nobody;
    private SpawnAnswer? _requester;
    private bool _isAwaited;
    private bool _isKnown;
    private bool _isOver;

    public HostedCommand(HostedStart start, bool isQuestion) : base(start) => _isQuestion = isQuestion;

    /// <param name="start">The conversation.</param>
    /// <param name="isQuestion">Whether it took no room: it starts no command.</param>
    internal static Props Props(HostedStart start, bool isQuestion) => Akka.Actor.Props.Create(() => new HostedCommand(start, isQuestion));

    // A peer that fails has no state worth keeping, and its actor's messages may be lost: the conversation ends.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    protected override void PostStop()
    {
        if (!_isOver && (_isAwaited || Start.Work.Settings.Orphans == OrphanRule.Kill))
            _requester?.Abandon();
        base.PostStop();
    }

    private protected override void OnMessage(object message)
    {
        if (_isQuestion && Policy.Problem(WorkKind.Command) is { } problem)
        {
            Refuse(RefusalKind.Denied, problem);
            return;
        }
        switch (message)
        {
            case CommandOrder order when !_isQuestion && _requester is null:
                Begin(order);
                break;
            case CommandAttach attach when _isQuestion && _handle is null:
                // A command that this node's own program has started is none of the cluster's.
                _handle = Start.Work.Handles.Contains(attach.Handle) ? attach.Handle : "";
                Browser.Tell(ListHandles.Instance);
                break;
            case CommandHandlesOrder when _isQuestion && _handle is null:
                Browser.Tell(ListHandles.Instance);
                break;
            case CommandSaid said when _isKnown:
                Say(said);
                break;
            case CommandSaid said when _handle is not null && _early.Count < MostEarly:
                _early.Add(said);
                break;
            case CommandForget forget:
                if (_peers.Remove(forget.Actor, out var peer))
                    Context.Stop(peer);
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of the asker of a command.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case CommandPeer.Hears hears:
                OnHears(hears);
                break;
            case Spawned spawned:
                Start.Work.Handles.Add(spawned.Handle);
                (_handle, _session) = (spawned.Handle, spawned.Session);
                Send(new CommandStarted(spawned.Handle, spawned.ProcessId, spawned.StartedAt));
                OnKnown();
                break;
            case SpawnRefused { Kind: SpawnFailure.Stopped } stopping when _handle is null:
                // It was not started, so another node may start it.
                _isOver = true;
                Refuse(RefusalKind.Full, stopping.Message);
                break;
            case SpawnRefused refused when _handle is null:
                _isOver = true;
                Send(refused);
                Finish();
                break;
            case Handles handles when _handle is null:
                Send(new CommandHandles([.. handles.Entries.Where(entry => Start.Work.Handles.Contains(entry.Handle)).Select(static entry => new CommandHandles.Entry(entry.Handle, entry.IsOver))]));
                Finish();
                break;
            case Handles handles when !_isKnown:
                _session = handles.Entries.FirstOrDefault(entry => entry.Handle == _handle).Session ?? ActorRefs.Nobody;
                OnKnown();
                break;
            case Waited or UnknownHandle:
                _isOver = true;
                Send(new CommandOver());
                break;
            case Akka.Actor.Status.Failure failure when !_isKnown:
                Refuse(RefusalKind.Failed, failure.Cause.Message);
                break;
            case Akka.Actor.Status.Failure:
                // To the wait for the end: the browser has stopped, and its commands with it.
                _isOver = true;
                Send(new CommandOver());
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(CommandOrder order)
    {
        _requester = new SpawnAnswer((IInternalActorRef)Self, Browser, order.IsAwaited);
        if (Policy.Command.Problem(order) is { } problem)
        {
            _isOver = true;
            Send(new SpawnRefused(SpawnFailure.Denied, 0, problem));
            Finish();
            return;
        }
        _isAwaited = order.IsAwaited;
        Subscribe? subscription = null;
        if (order.Subscription is { } asked)
        {
            if (order.Subscriber == 0)
                throw new WireFormatException("A command's subscriber has no number.");
            subscription = Subscription(PeerOf(order.Subscriber), asked);
        }
        Browser.Tell(Policy.Command.Limit(order).ToSpawn(subscription), _requester);
    }

    private void OnKnown()
    {
        _isKnown = true;
        Browser.Tell(new Wait(_handle!));
        foreach (var said in _early)
            Say(said);
        _early.Clear();
    }

    private void Say(CommandSaid said)
    {
        if (_peers.Count >= MostPeers && !_peers.ContainsKey(said.Actor))
        {
            Send(new CommandHeard(said.Actor, NodeFailure.Of(new InvalidMessageException(said.Message.GetType().Name, $"{MostPeers} actors of one node wait for a command already"))));
            return;
        }
        var peer = PeerOf(said.Actor);
        var (to, message) = said.Message switch
        {
            CommandSubscription asked => (Browser, (object)new SubscribeTo(_handle!, Subscription(peer, asked))),
            Poll => (Browser, new Poll(_handle!)),
            // The browser also knows commands whose session has ended.
            GetSnapshot when _session.IsNobody() => (Browser, new Poll(_handle!)),
            Wait wait => (Browser, wait with { Handle = _handle! }),
            KillCommand kill => (Browser, kill with { Handle = _handle! }),
            Release => (Browser, new Release(_handle!)),
            WriteInput when _session.IsNobody() => (peer, new InputRefused("No command has this handle.")),
            var other => (_session, other),
        };
        peer.Tell(new CommandPeer.Say(to, message));
    }

    private void OnHears(CommandPeer.Hears hears)
    {
        if (!_peers.ContainsKey(hears.Actor))
            return;
        var heard = hears.Message is Akka.Actor.Status.Failure { Cause: { } cause } ? NodeFailure.Of(cause) : hears.Message;
        if (CommandCodecs.Heard.Knows(heard))
            Send(new CommandHeard(hears.Actor, heard));
        else
            Unhandled(hears.Message);
    }

    private static Subscribe Subscription(IActorRef peer, CommandSubscription asked) => new(peer) { From = asked.From, Text = asked.Text, Credit = asked.Credit };

    private IActorRef PeerOf(long actor)
    {
        if (!_peers.TryGetValue(actor, out var peer))
            _peers.Add(actor, peer = Context.ActorOf(CommandPeer.Props(actor)));
        return peer;
    }
}
