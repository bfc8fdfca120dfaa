using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Cluster;

/// <summary>A fetch of another node: its requester at the local browser. When it stops, the coordinator cancels the fetch.</summary>
internal sealed class HostedFetch(HostedStart start) : HostedConversation(start)
{
    private ulong _id;
    private PieceStream? _upload;
    private bool _hasOrder;
    private long _unsentCredit;

    internal static Props Props(HostedStart start) => Akka.Actor.Props.Create(() => new HostedFetch(start));

    protected override void PostStop()
    {
        _upload?.Add(default, 0, isLast: true, "The asking node is gone.");
        base.PostStop();
    }

    private protected override bool IsTakenAtOnce(object message) => message is not UploadPiece;

    private protected override void OnMessage(object message)
    {
        switch (message)
        {
            case FetchOrder order when !_hasOrder:
                _hasOrder = true;
                Begin(order);
                break;
            case UploadPiece piece when _upload is { } upload && piece.Data.Length <= Start.Work.Settings.PartSize:
                upload.Add(piece.Data, Cost, piece.IsLast, piece.Problem);
                break;
            case FetchCredit credit when _hasOrder:
                Grant(credit.Bytes);
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of the asker of a fetch.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case FetchStarted started:
                _id = started.Id;
                if (_unsentCredit > 0)
                    Browser.Tell(new GrantCredit(_id, _unsentCredit));
                break;
            case FetchHeadersArrived or FetchChunk:
                Send(message);
                break;
            case FetchCompleted or FetchResponse or FetchFailed:
                Send(message);
                Finish();
                break;
            case PieceTaken taken:
                Taken(taken.Bytes);
                break;
            case Akka.Actor.Status.Failure failure:
                Refuse(RefusalKind.Failed, failure.Cause.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(FetchOrder order)
    {
        if (order.Proxy is not null && !Policy.Proxies)
        {
            Refuse(RefusalKind.Denied, ClusterPolicy.Sentence("allows no proxies", "proxies"));
            return;
        }
        if (!Policy.PrivateAddresses)
            order = order with { Initiator = FetchInitiator.PublicPage };
        if (order.HasUpload)
        {
            var self = Self;
            _upload = new PieceStream(bytes => self.Tell(new PieceTaken(bytes), ActorRefs.NoSender));
        }
        Browser.Tell(order.ToFetch(_upload is null ? null : FetchBody.FromStream(_upload, order.UploadLength)));
    }

    private void Grant(long bytes)
    {
        if (_id != 0)
            Browser.Tell(new GrantCredit(_id, bytes));
        else
            _unsentCredit = CreditSum.Of(_unsentCredit, bytes);
    }

    private sealed record PieceTaken(long Bytes) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
