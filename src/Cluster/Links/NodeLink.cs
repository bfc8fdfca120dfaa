using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// The asking node's end of a link to one browser node, in one of its incarnations. It introduces itself until the browser node
/// answers; when the link breaks, each of its conversations is told once, and it introduces itself again.
/// <code>
///   Introducing ── Challenge, Welcome ──► Open ── lost message, other end gone, node gone ──► Introducing, or stopped
/// </code>
/// A restart loses the link: its conversations are told.
/// </summary>
internal sealed class NodeLink : UntypedActor
{
    private const int LongestProblem = 500;

    private static readonly TimeSpan s_betweenComplaints = TimeSpan.FromMinutes(1);

    private readonly ClusterSettings _settings;
    private readonly string _key;
    private readonly Address _address;
    private readonly ActorSelection _host;
    private readonly IActorRef _cluster;
    private readonly Dictionary<ulong, IActorRef> _conversations;
    private readonly ActorTimers _timers;
    private byte[] _nonce = [];
    private IActorRef? _introduced;
    private int _version;
    private LinkTraffic? _traffic;
    private string? _problem;
    private long _complainedAt;

    public NodeLink(NodeEntryKey node, IActorRef cluster, ClusterSettings settings)
    {
        _key = node.Key;
        _address = node.Address;
        _cluster = cluster;
        _settings = settings;
        _conversations = node.Conversations;
        _timers = new ActorTimers(Context);
        _host = Context.ActorSelection(new RootActorPath(node.Address) / "user" / NodeHost.Name);
    }

    /// <summary>The node is gone for good.</summary>
    /// <param name="Why">One sentence.</param>
    internal sealed record NodeGone(string Why) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>From a conversation: its pieces go over this link from now on.</summary>
    internal sealed record Join(ulong Conversation) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>From a conversation: it is over.</summary>
    internal sealed record Leave(ulong Conversation) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To a conversation: the link, and what was under way on it, is lost.</summary>
    internal sealed record LinkLost(string Why) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To the cluster's actor: what the node has free. Null when the link is lost.</summary>
    internal sealed record Heard(string Key, NodeOffer? Offer) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To the cluster's actor: why there is no link.</summary>
    internal sealed record NotLinked(string Key, string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal static Props Props(NodeEntryKey node, IActorRef cluster, ClusterSettings settings) => Akka.Actor.Props.Create(() => new NodeLink(node, cluster, settings));

    protected override void PreStart() => IntroduceAgain();

    // A restart's link is a new one.
    protected override void PreRestart(Exception reason, object message) => Drop($"The link's actor failed: {reason.Message}");

    protected override void PostStop()
    {
        _timers.CancelAll();
        Drop("The link was stopped.");
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case LinkPiece piece:
                if (_conversations.ContainsKey(piece.Conversation))
                    _traffic?.Send(piece);
                break;
            case LinkFrame frame when IsOpen(frame.Token):
                if (_traffic!.Receive(frame) is { } lost)
                    Reopen(lost);
                else
                    OnPieces(frame.Pieces);
                break;
            case LinkTraffic.FlushTick:
                _traffic?.Flush();
                break;
            case Pulse pulse when IsOpen(pulse.Token):
                if (_traffic!.Receive(pulse) is { } missing)
                    Reopen(missing);
                break;
            case OfferMade made when IsOpen(made.Token):
                _cluster.Tell(new Heard(_key, made.Offer));
                break;
            case Join join when _traffic is null:
                Sender.Tell(new LinkLost("The link to the node was lost before the request was sent."));
                break;
            case Join join:
                _conversations[join.Conversation] = Sender;
                break;
            case Leave leave:
                _conversations.Remove(leave.Conversation);
                break;
            case Challenge challenge:
                OnChallenge(challenge);
                break;
            case Welcome welcome when _introduced is not null && Sender.Equals(_introduced):
                _timers.Cancel(IntroduceTick.Instance);
                _problem = null;
                _traffic = new LinkTraffic(welcome.Token, _introduced, Self, _settings.PartSize);
                _timers.StartPeriodicTimer(PulseTick.Instance, PulseTick.Instance, _settings.PulseInterval);
                _cluster.Tell(new Heard(_key, welcome.Offer));
                break;
            case NotWelcome not when _traffic is null && LinkEnds.Of(Sender, Context.System).Equals(_address):
                Complain(not.Problem);
                break;
            case IntroduceTick:
                IntroduceAgain();
                break;
            case PulseTick:
                if (_conversations.Count > 0)
                    _traffic?.Tell();
                break;
            case Terminated terminated when _traffic is null && terminated.ActorRef.Equals(_introduced):
                // It refused the proof, and has said so. The next introduction is the timer's.
                _introduced = null;
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_introduced):
                Reopen("The node, or its end of the link, has stopped.");
                break;
            case NodeGone gone:
                Drop(gone.Why);
                Context.Stop(Self);
                break;
            case OfferMade or Welcome:
                // Of a link that this end does not know, because it began another one.
                Sender.Tell(new NotWelcome("This link is not in use."), Self);
                break;
            case LinkFrame or Pulse or NotWelcome or Terminated:
                // Of a link that is closed.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private bool IsOpen(ulong token) => _traffic is { } traffic && traffic.Token == token && Sender.Equals(traffic.Other);

    private void OnPieces(IReadOnlyList<LinkPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            if (_conversations.TryGetValue(piece.Conversation, out var conversation))
                conversation.Tell(piece);
        }
    }

    private void IntroduceAgain()
    {
        if (_introduced is not null)
            Context.Unwatch(_introduced);
        _introduced = null;
        _nonce = LinkProof.Nonce();
        _host.Tell(new Introduce(ClusterSettings.OldestVersion, ClusterSettings.NewestVersion, _nonce, _settings.Window, _settings.PartSize), Self);
        _timers.StartSingleTimer(IntroduceTick.Instance, IntroduceTick.Instance, _settings.IntroductionTimeout);
    }

    private void OnChallenge(Challenge challenge)
    {
        if (_traffic is not null || _introduced is not null || !LinkEnds.Of(Sender, Context.System).Equals(_address) || challenge.Version is < ClusterSettings.OldestVersion or > ClusterSettings.NewestVersion || challenge.Nonce.Length != LinkProof.NonceLength)
            return;
        var ends = new LinkEnds(LinkEnds.Of(Self, Context.System), LinkEnds.Of(Sender, Context.System));
        if (!LinkProof.IsRight(challenge.Proof, LinkProof.Of(_settings.Secret, ofBrowserNode: true, challenge.Version, _nonce, challenge.Nonce.Span, ends)))
        {
            // So that it does not wait for a proof, and then complains of another thing.
            Sender.Tell(new NotWelcome(LinkProof.OtherSecret), Self);
            Complain(LinkProof.OtherSecret);
            return;
        }
        _introduced = Context.Watch(Sender);
        _version = challenge.Version;
        Sender.Tell(new Prove(LinkProof.Of(_settings.Secret, ofBrowserNode: false, _version, _nonce, challenge.Nonce.Span, ends)), Self);
    }

    // Once for each problem, however often the introduction is tried again; and not often if problems alternate.
    private void Complain(string problem)
    {
        if (_problem == problem || (_problem is not null && _timers.Time.GetElapsedTime(_complainedAt) < s_betweenComplaints))
            return;
        (_problem, _complainedAt) = (problem, _timers.Time.GetTimestamp());
        var shown = VisibleText.Shorten(VisibleText.Line(problem), LongestProblem);
        Context.GetLogger().Warning("The browser node {0} does no work for this one: {1}", _key, shown);
        _cluster.Tell(new NotLinked(_key, shown));
    }

    private void Reopen(string why)
    {
        Context.GetLogger().Info("The link to the browser node {0} is lost: {1}", _key, why);
        Drop(why);
        IntroduceAgain();
    }

    private void Drop(string why)
    {
        _timers.Cancel(PulseTick.Instance);
        if (_introduced is not null)
            Context.Unwatch(_introduced);
        _introduced?.Tell(new NotWelcome(why), Self);
        _introduced = null;
        if (_traffic is not null)
            ClusterMetrics.OnLinkLost();
        _traffic = null;
        _cluster.Tell(new Heard(_key, null));
        var lost = new LinkLost(why);
        foreach (var conversation in _conversations.Values)
            conversation.Tell(lost);
        _conversations.Clear();
    }

    private sealed class IntroduceTick
    {
        internal static readonly IntroduceTick Instance = new();
    }

    private sealed class PulseTick
    {
        internal static readonly PulseTick Instance = new();
    }
}

/// <summary>A browser node, and its conversations, which the link's actor shares with its successor after a restart.</summary>
/// <param name="Key">Address and incarnation.</param>
/// <param name="Address">The address.</param>
/// <param name="Conversations">By id.</param>
internal sealed record NodeEntryKey(string Key, Address Address, Dictionary<ulong, IActorRef> Conversations);
