using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>A request to a typed role on another node. It is answered exactly once; a stream is ended exactly once.</summary>
internal sealed class RoleConversation : Conversation
{
    private readonly ClusterRole.Call _call;
    private readonly PlacementRequest _placement;
    private readonly long _since;
    private CancellationTokenRegistration _cancellation;
    private ReadOnlyMemory<byte> _request;
    private bool _isOpened;
    private bool _hasItems;
    private TimeSpan? _left;

    public RoleConversation(ConversationStart start, ClusterRole.Call call) : base(start)
    {
        _call = call;
        _placement = (call.Where ?? ActorBrowser.Cluster.Placement.None).For(WorkKind.Call, call.Role.Name);
        _since = Timers.Time.GetTimestamp();
    }

    private protected override PlacementRequest Placement => _placement;

    private protected override bool MayRepeat => _call.IsRepeatable && !_hasItems;

    private protected override TimeSpan? OwnTimeout => _left <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _left;

    // The items of a stream may take any time, unless it has a timeout.
    private protected override bool IsAwaited => Kind != RoleMessageKind.Stream;

    private RoleMessageKind Kind => _call.Handler.Kind;

    private string Name => _call.Handler.Message.Name;

    internal static Props Props(ConversationStart start, ClusterRole.Call call) => Akka.Actor.Props.Create(() => new RoleConversation(start, call));

    protected override void PreStart()
    {
        if (_call.Cancellation.IsCancellationRequested)
        {
            Finish();
            return;
        }
        try
        {
            var bytes = new ArrayBufferWriter<byte>(256);
            _call.Handler.Write(_call.Role.Codec.Value, _call.Request, bytes);
            _request = bytes.WrittenMemory;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            End(new InvalidMessageException(Name, $"it cannot be serialised: {e.InnerException?.Message ?? e.Message}"));
            return;
        }
        // Neither the temporary reference of an Ask nor NoSender can be watched.
        if (Requester is not MinimalActorRef)
            Context.Watch(Requester);
        if (_call.Cancellation.CanBeCanceled)
        {
            var self = Self;
            _cancellation = _call.Cancellation.UnsafeRegister(_ => self.Tell(Cancelled.Instance, ActorRefs.NoSender), null);
        }
        _isOpened = _call.Sink is not null;
        if (_isOpened)
            Requester.Tell(new RoleCommands.StreamOpened(_call.Role.Codec.Value), _call.Actor);
        if (_call.Timeout > TimeSpan.Zero)
            Timers.StartSingleTimer(Late.Instance, Late.Instance, _call.Timeout.Value);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _cancellation.Unregister();
        base.PostStop();
    }

    private protected override void OnPlaced()
    {
        // From now on the node's role counts, which knows whether a child has begun.
        Timers.Cancel(Late.Instance);
        _left = _call.Timeout > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Max(1, (_call.Timeout.Value - Timers.Time.GetElapsedTime(_since)).TotalMilliseconds)) : _call.Timeout;
        Send(new RoleOrder(_call.Role.Name, _call.Handler.Signature, _request) { Timeout = _left, TraceParent = TraceText.Of(_call.TraceParent) });
    }

    private protected override void OnAnswer(object message)
    {
        switch (message)
        {
            case RoleAnswer answer when Kind == RoleMessageKind.Request:
                OnAnswered(answer);
                break;
            case RoleItems items when Kind == RoleMessageKind.Stream:
                _hasItems = true;
                _call.Sink!.Add(new RoleStreamSink.Batch(new ReadOnlySequence<byte>(items.Items), items.Cost));
                break;
            case RoleEnd when Kind != RoleMessageKind.Request:
                _call.Sink?.End(null);
                Finish();
                break;
            case NodeFailure { Kind: NodeFailureKind.Stopped } stopping:
                // That node's browser, not this one's.
                OnNodeStopping(stopping.Message);
                break;
            case NodeFailure failure:
                End(failure.ToException());
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} does not answer a {Kind} of a role.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case RoleCommands.Consumed consumed:
                Send(new RoleConsumed(consumed.Bytes));
                break;
            case Late:
                End(new RoleTimeoutException($"The {Name} waited {Timers.Time.GetElapsedTime(_since).TotalSeconds:0.###} s for a node that has the role {_call.Role.Name} and room.", wasStarted: false));
                break;
            case Cancelled or RoleCommands.CloseStream or Terminated:
                // The node cancels the request in its child.
                _call.Sink?.End(null);
                Finish();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override void OnFailed(ConversationFailure failure, string problem) => Tell(failure switch
    {
        ConversationFailure.NodeLost => new NodeLostException(problem),
        ConversationFailure.NodesFull => new NodesFullException(problem),
        ConversationFailure.Denied => new RoleRefusedException(RoleRefusal.Unavailable, problem),
        ConversationFailure.Stopped => new BrowserStoppedException(problem),
        _ => new ChildLostException(problem),
    });

    private void OnAnswered(RoleAnswer answer)
    {
        object read;
        try
        {
            read = _call.Handler.ReadAnswer(_call.Role.Codec.Value, new ReadOnlySequence<byte>(answer.Answer));
        }
        catch (RoleFormatException e)
        {
            // The child is another node's, which does not end it on this node's word.
            End(new ChildLostException($"The answer of the node's child cannot be read: {e.Message}"));
            return;
        }
        Requester.Tell(read, _call.Actor);
        Finish();
    }

    private void End(Exception failure)
    {
        Tell(failure);
        Finish();
    }

    private void Tell(Exception failure)
    {
        // A request that cannot be written is refused before its stream is opened.
        if (_isOpened)
            _call.Sink!.End(failure);
        else if (Kind != RoleMessageKind.OneWay)
            Requester.Tell(new Akka.Actor.Status.Failure(failure), _call.Actor);
        else
            Context.GetLogger().Warning("A {0} to the role {1} was not handled: {2}", Name, _call.Role.Name, VisibleText.Line(failure.Message));
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }

    private sealed class Cancelled : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Cancelled Instance = new();
    }
}
