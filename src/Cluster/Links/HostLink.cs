using System.Buffers.Binary;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// The browser node's end of a link to one asking node. Until that has shown that it knows the secret, nothing it sends has an effect.
/// A conversation's work ends with the link. It is not restarted: the asking node introduces itself again.
/// </summary>
internal sealed class HostLink : UntypedActor
{
    private readonly IActorRef _asker;
    private readonly NodeLoad _load;
    private readonly HostedWork _work;
    private readonly ActorTimers _timers;
    private readonly byte[] _nonce = LinkProof.Nonce();
    private readonly byte[] _expected;
    private readonly Challenge _challenge;
    private readonly Dictionary<ulong, Hosted> _conversations = [];
    private readonly Dictionary<IActorRef, ulong> _ids = [];
    private readonly PartBudget _parts;
    private LinkTraffic? _traffic;
    private ulong _seen;

    public HostLink(IActorRef asker, Introduce introduce, int version, NodeLoad load, HostedWork work)
    {
        (_asker, _load, _work) = (asker, load, work);
        _timers = new ActorTimers(Context);
        _parts = new PartBudget(work.Settings.MostPartsHeld);
        var ends = new LinkEnds(LinkEnds.Of(asker, Context.System), LinkEnds.Of(Self, Context.System));
        _expected = LinkProof.Of(work.Settings.Secret, ofBrowserNode: false, version, introduce.Nonce.Span, _nonce, ends);
        _challenge = new Challenge(version, _nonce, LinkProof.Of(work.Settings.Secret, ofBrowserNode: true, version, introduce.Nonce.Span, _nonce, ends));
    }

    /// <summary>Tell the asking node what is free.</summary>
    internal sealed class Announce : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Announce Instance = new();
    }

    internal static Props Props(IActorRef asker, Introduce introduce, int version, NodeLoad load, HostedWork work) =>
        Akka.Actor.Props.Create(() => new HostLink(asker, introduce, version, load, work));

    // A conversation that fails ends, and its asker is told.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart()
    {
        Context.Watch(_asker);
        _timers.StartSingleTimer(Late.Instance, Late.Instance, _work.Settings.IntroductionTimeout);
        _asker.Tell(_challenge, Self);
    }

    protected override void PostStop()
    {
        _timers.CancelAll();
        _traffic?.Flush();
        foreach (var hosted in _conversations.Values)
            _load.Release(hosted.Kind, hosted.Apart);
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Prove prove when _traffic is null && Sender.Equals(_asker):
                OnProof(prove);
                break;
            case LinkFrame frame when IsOpen(frame.Token):
                if (_traffic!.Receive(frame) is { } lost)
                    End(lost);
                else
                    OnPieces(frame.Pieces);
                break;
            case LinkTraffic.FlushTick:
                _traffic?.Flush();
                break;
            case Pulse pulse when IsOpen(pulse.Token):
                if (_traffic!.Receive(pulse) is { } missing)
                    End(missing);
                break;
            case LinkPiece piece:
                OnPiece(piece);
                break;
            case Announce:
                _traffic?.Offer(_load.Offer(_seen));
                break;
            case PulseTick:
                if (_conversations.Count > 0)
                    _traffic?.Tell();
                break;
            case Late:
                End("The asking node did not prove that it knows the secret in time.");
                break;
            case NotWelcome not when Sender.Equals(_asker):
                if (_traffic is null && not.Problem == LinkProof.OtherSecret)
                    Context.Parent.Tell(NodeHost.OtherSecret.Instance);
                Context.Stop(Self);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_asker):
                Context.Stop(Self);
                break;
            case Terminated terminated:
                OnEnded(terminated.ActorRef);
                break;
            case LinkFrame or Pulse or Prove or NotWelcome:
                // Of somebody who is not the asker, or does not know the token.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private bool IsOpen(ulong token) => _traffic is { } traffic && traffic.Token == token && Sender.Equals(_asker);

    private void OnProof(Prove prove)
    {
        if (!LinkProof.IsRight(prove.Proof, _expected))
        {
            Context.Parent.Tell(NodeHost.OtherSecret.Instance);
            End(LinkProof.OtherSecret);
            return;
        }
        _timers.Cancel(Late.Instance);
        Context.Parent.Tell(NodeHost.Proven.Instance);
        _traffic = new LinkTraffic(LinkProof.Token(), _asker, Self, _work.Settings.PartSize);
        _timers.StartPeriodicTimer(PulseTick.Instance, PulseTick.Instance, _work.Settings.PulseInterval);
        _asker.Tell(new Welcome(_traffic.Token, _load.Offer(0)), Self);
    }

    private void OnPieces(IReadOnlyList<LinkPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            if (_traffic is null)
                return;
            if (piece.Kind == FrameKind.Open)
                OnOpen(piece);
            else if (_conversations.TryGetValue(piece.Conversation, out var hosted))
                hosted.Actor.Tell(piece);
            // Else the conversation is over, and the asker learns of that.
        }
    }

    private void OnOpen(LinkPiece piece)
    {
        _seen++;
        var data = piece.Data.Span;
        var kind = data.Length > 0 ? (WorkKind)data[0] : (WorkKind)byte.MaxValue;
        var apart = data.Length >= 9 ? BinaryPrimitives.ReadUInt64LittleEndian(data[1..]) : 0;
        if (!Enum.IsDefined(kind))
            Refuse(piece.Conversation, RefusalKind.Failed, "This version does not know this kind of work.");
        else if (_work.Settings.Policy.Problem(kind) is { } denied)
            Refuse(piece.Conversation, RefusalKind.Denied, denied);
        else if (_conversations.ContainsKey(piece.Conversation))
            End("The asking node used a conversation's id twice.");
        else if (!_load.TryTake(kind, apart, out var full))
            Refuse(piece.Conversation, RefusalKind.Full, full);
        else
        {
            var actor = Context.ActorOf(_work.PropsOf(kind, new HostedStart(piece.Conversation, Self, _asker.Path.Address, _work, _parts)));
            Context.Watch(actor);
            _conversations.Add(piece.Conversation, new Hosted(actor, kind, apart));
            _ids.Add(actor, piece.Conversation);
            if (_load.IsFull(kind))
                Context.Parent.Tell(NodeHost.RoomChanged.Instance);
        }
    }

    private void OnPiece(LinkPiece piece)
    {
        if (!_conversations.TryGetValue(piece.Conversation, out var hosted))
            return;
        _traffic?.Send(piece);
        if (piece.Kind is FrameKind.Close or FrameKind.Refuse)
            hosted.IsOver = true;
    }

    private void OnEnded(IActorRef actor)
    {
        if (!_ids.Remove(actor, out var id) || !_conversations.Remove(id, out var hosted))
            return;
        var wasFull = _load.IsFull(hosted.Kind);
        _load.Release(hosted.Kind, hosted.Apart);
        if (!hosted.IsOver)
            Refuse(id, RefusalKind.Failed, "The node's actor for this request failed.");
        if (wasFull)
            Context.Parent.Tell(NodeHost.RoomChanged.Instance);
    }

    private void Refuse(ulong conversation, RefusalKind kind, string problem) =>
        _traffic?.Send(new LinkPiece(conversation, FrameKind.Refuse, Refusal.Encode(new Refusal(kind, problem))));

    private void End(string problem)
    {
        _traffic?.Flush();
        _traffic = null;
        _asker.Tell(new NotWelcome(problem), Self);
        Context.Stop(Self);
    }

    private sealed class Hosted(IActorRef actor, WorkKind kind, ulong apart)
    {
        internal IActorRef Actor { get; } = actor;

        internal WorkKind Kind { get; } = kind;

        internal ulong Apart { get; } = apart;

        internal bool IsOver { get; set; }
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }

    private sealed class PulseTick
    {
        internal static readonly PulseTick Instance = new();
    }
}
