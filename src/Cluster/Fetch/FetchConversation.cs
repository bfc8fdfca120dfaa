using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// A fetch on another node. Idempotent ones without an upload, of which the requester has heard nothing yet, are made once more when
/// their node is lost. There is exactly one end.
/// </summary>
internal sealed class FetchConversation : Conversation
{
    private readonly Fetch _fetch;
    private readonly FetchBody? _upload;
    private readonly PlacementRequest _placement;
    private CancellationTokenRegistration _cancellation;
    private UploadPump? _pump;
    private int _processId;
    private bool _hasAnswered;
    private bool _isUploaded;
    private long _received;

    public FetchConversation(ConversationStart start, Fetch fetch, Placement? wish) : base(start)
    {
        _fetch = fetch;
        _upload = FetchBody.Of(fetch);
        _placement = (wish ?? ActorBrowser.Cluster.Placement.None).For(WorkKind.Fetch);
    }

    private protected override PlacementRequest Placement => _placement;

    private protected override bool MayRepeat => !_hasAnswered && _upload is null && HttpRules.IsIdempotent(_fetch.Method.ToUpperInvariant());

    // Null or a time above 0 is the fetch's word; anything else is no limit.
    private protected override TimeSpan? OwnTimeout => _fetch.TotalTimeout is { } own && own <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _fetch.TotalTimeout;

    // The reader of a stream may take any time, and so may the source of a body.
    private protected override bool IsAwaited => !(_fetch.Streamed && _hasAnswered) && (_upload is null || _isUploaded || !IsClear);

    internal static Props Props(ConversationStart start, Fetch fetch, Placement? wish) => Akka.Actor.Props.Create(() => new FetchConversation(start, fetch, wish));

    protected override void PreStart()
    {
        // Neither the temporary reference of an Ask nor NoSender can be watched.
        if (Requester is not MinimalActorRef)
            Context.Watch(Requester);
        if (_fetch.Cancellation.CanBeCanceled)
        {
            var self = Self;
            _cancellation = _fetch.Cancellation.UnsafeRegister(_ => self.Tell(Cancelled.Instance, ActorRefs.NoSender), null);
        }
        if (_fetch.Streamed)
            Requester.Tell(new FetchStarted(Id), Self);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _cancellation.Unregister();
        _pump?.Dispose();
        base.PostStop();
    }

    private protected override void OnPlaced()
    {
        var order = FetchOrder.Of(_fetch);
        if (_upload is null)
            Send(order);
        else
        {
            _pump = new UploadPump(_upload, Start.Settings.PartSize - UploadPiece.Overhead, Self);
            _pump.Open();
        }
    }

    private protected override void OnRoom() => _pump?.Go(IsClear);

    private protected override void OnAnswer(object message)
    {
        switch (message)
        {
            case FetchHeadersArrived headers when _fetch.Streamed:
                _processId = headers.ChildProcessId;
                Pass(headers with { Id = Id });
                break;
            case FetchChunk chunk when _fetch.Streamed && chunk.Offset == _received && !chunk.Data.IsEmpty:
                _received += chunk.Data.Length;
                Pass(chunk with { Id = Id });
                break;
            case FetchCompleted completed when _fetch.Streamed:
                End(completed with { Id = Id });
                break;
            case FetchResponse response when !_fetch.Streamed:
                End(response with { Id = Id });
                break;
            case FetchFailed { Kind: FetchErrorKind.Stopped }:
                // That node's browser, not this one's.
                OnNodeStopping("Its browser has stopped, or is stopping.");
                break;
            case FetchFailed failed:
                End(failed with { Id = Id });
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} does not answer a fetch.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case GrantCredit grant when IsRequesters(nameof(GrantCredit)):
                Send(new FetchCredit(grant.Bytes));
                break;
            case CancelFetch when IsRequesters(nameof(CancelFetch)):
            case Cancelled:
                End(new FetchFailed(Id, FetchErrorKind.Cancelled, "The fetch was cancelled.", _processId));
                break;
            case GrantCredit or CancelFetch:
                break;
            case Terminated:
                Finish();
                break;
            case UploadPump.Opened opened when _pump is { } pump:
                Send(FetchOrder.Of(_fetch) with { HasUpload = true, UploadLength = opened.Length });
                pump.Handled(IsClear);
                break;
            case UploadPump.Piece piece when _pump is { } pump:
                _isUploaded = piece.IsLast;
                Send(new UploadPiece(piece.Data, piece.IsLast, null));
                pump.Handled(IsClear);
                break;
            case UploadPump.Broken broken:
                End(new FetchFailed(Id, FetchErrorKind.Upload, $"The request's body could not be read: {broken.Problem}", _processId));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override void OnFailed(ConversationFailure failure, string problem) => Requester.Tell(new FetchFailed(Id, KindOf(failure), problem, _processId), Self);

    private static FetchErrorKind KindOf(ConversationFailure failure) => failure switch
    {
        ConversationFailure.NodeLost => FetchErrorKind.NodeLost,
        ConversationFailure.NodesFull => FetchErrorKind.NodesFull,
        ConversationFailure.Denied => FetchErrorKind.Blocked,
        ConversationFailure.Stopped => FetchErrorKind.Stopped,
        _ => FetchErrorKind.Unavailable,
    };

    private bool IsRequesters(string message)
    {
        if (Sender.Equals(Requester) || Requester is MinimalActorRef)
            return true;
        Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message, $"the fetch {Id} was asked for by another actor")));
        return false;
    }

    private void Pass(IEvent happened)
    {
        _hasAnswered = true;
        Requester.Tell(happened, Self);
    }

    private void End(IEvent end)
    {
        Pass(end);
        Finish();
    }

    private sealed class Cancelled : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Cancelled Instance = new();
    }
}
