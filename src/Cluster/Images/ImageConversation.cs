using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// An image that another node decodes. Its pixels are copied into a memory file of this node; the requester gets them once they are
/// complete. If the node is lost before, the image is decoded once more, on another one: decoding changes nothing.
/// </summary>
internal sealed class ImageConversation : Conversation
{
    private readonly Decode _decode;
    private readonly PlacementRequest _placement;
    private CancellationTokenRegistration _cancellation;
    private ReceivedPixels? _pixels;
    private ReadOnlyMemory<byte> _file;

    public ImageConversation(ConversationStart start, Decode decode, Placement? wish) : base(start) =>
        (_decode, _placement) = (decode, (wish ?? ActorBrowser.Cluster.Placement.None).For(WorkKind.Image));

    private protected override PlacementRequest Placement => _placement;

    private protected override bool MayRepeat => true;

    // Half of what may be under way, so that the node need not wait for each grant.
    private int Window => Start.Settings.Window / 2;

    internal static Props Props(ConversationStart start, Decode decode, Placement? wish) => Akka.Actor.Props.Create(() => new ImageConversation(start, decode, wish));

    protected override void PreStart()
    {
        if (MessageBytes.Take(_decode.File, out _file) is { } problem)
        {
            End(new DecodeRefused(null, $"The file's memory cannot be read: {problem}."));
            return;
        }
        // Neither the temporary reference of an Ask nor NoSender can be watched.
        if (Requester is not MinimalActorRef)
            Context.Watch(Requester);
        if (_decode.Cancellation.CanBeCanceled)
        {
            var self = Self;
            _cancellation = _decode.Cancellation.UnsafeRegister(_ => self.Tell(Cancelled.Instance, ActorRefs.NoSender), null);
        }
        base.PreStart();
    }

    protected override void PostStop()
    {
        _cancellation.Unregister();
        _pixels?.Dispose();
        base.PostStop();
    }

    private protected override void OnPlaced()
    {
        // Of a node that was lost, what has arrived is of no use.
        _pixels?.Dispose();
        _pixels = null;
        Send(new DecodeOrder(_file, _decode.MaxWidth, _decode.MaxHeight, _decode.Site) { TraceParent = TraceText.Of(_decode.TraceParent) });
    }

    private protected override void OnAnswer(object message)
    {
        switch (message)
        {
            case PixelsBegin begin when _pixels is null:
                OnBegin(begin);
                break;
            case Pixels pixels when _pixels is not null:
                OnPixels(pixels);
                break;
            case DecodeRefused refused when _pixels is null:
                End(refused);
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of the decoder of an image.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case Cancelled:
                End(new DecodeRefused(null, "The decoding was cancelled."));
                break;
            case Terminated:
                Finish();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override void OnFailed(ConversationFailure failure, string problem) => Requester.Tell(new DecodeRefused(null, problem), Self);

    private void OnBegin(PixelsBegin begin)
    {
        if (ReceivedPixels.Open(begin.Image, begin.ProcessId, Start.Settings.MaxImage, out _pixels) is { } problem)
            End(new DecodeRefused(null, problem));
        else
            Send(new PixelCredit(Window));
    }

    private void OnPixels(Pixels pixels)
    {
        if (_pixels!.Add(pixels.Offset, pixels.Data.Span) is { } problem)
            Fail(ConversationFailure.Failed, problem);
        else if (_pixels.Received < _pixels.Length)
            Send(new PixelCredit(pixels.Data.Length));
        else if (_pixels.Complete(out var image) is { } incomplete)
            Fail(ConversationFailure.Failed, incomplete);
        else
            End(image!);
    }

    private void End(object answer)
    {
        Requester.Tell(answer, Self);
        Finish();
    }

    private sealed class Cancelled : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Cancelled Instance = new();
    }
}
