using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// The browser node's side: answers introductions with a <see cref="HostLink"/> each, and tells all of them what is free. It continues
/// after a failure with the next message; the counts are in <see cref="NodeLoad"/>.
/// </summary>
internal sealed class NodeHost : UntypedActor
{
    /// <summary>The actor's name below /user: nodes find each other by it.</summary>
    internal const string Name = "actorbrowser-host";

    private const int MostToldOf = 256;

    private static readonly TimeSpan s_betweenWarnings = TimeSpan.FromMinutes(10);

    // A node at its limit is full and not full with each request that ends; its askers need not hear of each.
    private static readonly TimeSpan s_betweenChanges = TimeSpan.FromMilliseconds(50);

    private readonly NodeLoad _load;
    private readonly HostedWork _work;
    private readonly ActorTimers _timers;
    private readonly LinkRegister _links = new();
    private readonly Dictionary<Address, long> _toldOf = [];
    private NodeOffer? _last;
    private int _unchanged;
    private IActorRef? _drainer;
    private bool _hasChanged;

    public NodeHost(NodeLoad load, HostedWork work)
    {
        _load = load;
        _work = work;
        _timers = new ActorTimers(Context);
    }

    /// <summary>Take no new work, and answer <see cref="Left"/> once there is none.</summary>
    internal sealed class BeginLeaving : INoSerializationVerificationNeeded
    {
        internal static readonly BeginLeaving Instance = new();
    }

    /// <summary>The answer to <see cref="BeginLeaving"/>.</summary>
    internal sealed class Left : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Left Instance = new();
    }

    /// <summary>From a link: the room has changed so much that others should know at once.</summary>
    internal sealed class RoomChanged : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly RoomChanged Instance = new();
    }

    /// <summary>From a link: the asking node knows the secret.</summary>
    internal sealed class Proven : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Proven Instance = new();
    }

    /// <summary>From a link: the two nodes have not the same secret.</summary>
    internal sealed class OtherSecret : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly OtherSecret Instance = new();
    }

    internal static Props Props(NodeLoad load, HostedWork work) => Akka.Actor.Props.Create(() => new NodeHost(load, work));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart()
    {
        Context.Watch(_work.Browser);
        _timers.StartPeriodicTimer(OfferTick.Instance, OfferTick.Instance, _work.Settings.OfferInterval);
    }

    protected override void PostStop() => _timers.CancelAll();

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        try
        {
            if (Entry.Admits(message, Sender))
                OnAdmitted(message);
        }
        catch (Exception e)
        {
            // A restart would restart every link.
            Context.GetLogger().Error(e, "A {0} could not be handled", message.GetType().Name);
        }
    }

    private void OnAdmitted(object message)
    {
        switch (message)
        {
            case Introduce introduce:
                OnIntroduce(introduce);
                break;
            case Proven:
                _links.OnProven(Sender);
                break;
            case OtherSecret:
                if (_links.AddressOf(Sender) is { } stranger)
                    WarnOf(stranger);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_work.Browser):
                OnBrowserEnded();
                break;
            case Terminated terminated:
                _links.Remove(terminated.ActorRef);
                break;
            case RoomChanged when _timers.IsTimerActive(RoomTick.Instance):
                _hasChanged = true;
                break;
            case RoomTick when !_hasChanged:
                break;
            case RoomChanged or RoomTick:
                _hasChanged = false;
                Announce();
                _timers.StartSingleTimer(RoomTick.Instance, RoomTick.Instance, s_betweenChanges);
                break;
            case OfferTick:
                _load.Measure();
                // An unchanged offer is repeated now and then, so that it does not expire.
                if (++_unchanged * 2 * _work.Settings.OfferInterval >= _work.Settings.OfferLifetime || _load.Offer(0).IsUnlike(_last))
                    Announce();
                TellIfLeft();
                break;
            case BeginLeaving:
                _drainer = Sender;
                _load.IsLeaving = true;
                Announce();
                TellIfLeft();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnIntroduce(Introduce introduce)
    {
        var version = Math.Min(introduce.Newest, ClusterSettings.NewestVersion);
        var problem = version < introduce.Oldest || version < ClusterSettings.OldestVersion
                ? $"This node speaks the versions {ClusterSettings.OldestVersion} to {ClusterSettings.NewestVersion} of the messages between nodes, the other one {introduce.Oldest} to {introduce.Newest}."
            : introduce.Nonce.Length != LinkProof.NonceLength ? "The introduction is malformed."
            : OtherSizes(introduce) ?? _links.Problem(LinkEnds.Of(Sender, Context.System));
        if (problem is null)
        {
            var link = Context.Watch(Context.ActorOf(HostLink.Props(Sender, introduce, version, _load, _work)));
            if (_links.Add(link, LinkEnds.Of(Sender, Context.System)) is { } ended)
                Context.Stop(ended);
        }
        else
            Sender.Tell(new NotWelcome(problem), Self);
    }

    private void OnBrowserEnded()
    {
        _load.HasNoBrowser = true;
        if (!_load.IsLeaving)
            Context.GetLogger().Warning("The browser of this node has ended, and the node takes no more work of other nodes until it is started again");
        Announce();
    }

    // Each end gives credit by its own sizes: with others, both would wait for each other.
    private string? OtherSizes(Introduce introduce) => Differs(introduce.Window, _work.Settings.Window) || Differs(introduce.PartSize, _work.Settings.PartSize)
        ? $"All nodes of a cluster have the same sizes, and this node has actorbrowser.cluster.window = {_work.Settings.Window} and part-size = {_work.Settings.PartSize}, the other one window = {introduce.Window} and part-size = {introduce.PartSize}."
        : null;

    private static bool Differs(int told, int own) => told != 0 && told != own;

    // A node without the secret tries again and again, and one that means harm as often as it can.
    private void WarnOf(Address address)
    {
        var time = _timers.Time;
        foreach (var (known, _) in _toldOf.Where(told => time.GetElapsedTime(told.Value) >= s_betweenWarnings).ToArray())
            _toldOf.Remove(known);
        if (_toldOf.Count < MostToldOf && _toldOf.TryAdd(address, time.GetTimestamp()))
            Context.GetLogger().Warning("{0} asked for a link and has another secret than this node, or none (actorbrowser.cluster.secret)", address);
    }

    private void Announce()
    {
        _last = _load.Offer(0);
        _unchanged = 0;
        foreach (var link in Context.GetChildren())
            link.Tell(HostLink.Announce.Instance);
    }

    private void TellIfLeft()
    {
        if (_drainer is { } drainer && _load.IsIdle)
        {
            _drainer = null;
            drainer.Tell(Left.Instance);
        }
    }

    private sealed class RoomTick
    {
        internal static readonly RoomTick Instance = new();
    }

    private sealed class OfferTick
    {
        internal static readonly OfferTick Instance = new();
    }
}
