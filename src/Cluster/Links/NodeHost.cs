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

    private const int MostLinks = 4096;

    // A node at its limit is full and not full with each request that ends; its askers need not hear of each.
    private static readonly TimeSpan s_betweenChanges = TimeSpan.FromMilliseconds(50);

    private readonly NodeLoad _load;
    private readonly HostedWork _work;
    private readonly ActorTimers _timers;
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

    internal static Props Props(NodeLoad load, HostedWork work) => Akka.Actor.Props.Create(() => new NodeHost(load, work));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart() => _timers.StartPeriodicTimer(OfferTick.Instance, OfferTick.Instance, _work.Settings.OfferInterval);

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
            : Context.GetChildren().Take(MostLinks).Count() == MostLinks ? $"This node has {MostLinks} links already."
            : null;
        if (problem is null)
            Context.ActorOf(HostLink.Props(Sender, introduce, version, _load, _work));
        else
            Sender.Tell(new NotWelcome(problem), Self);
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
