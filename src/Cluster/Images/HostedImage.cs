using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.Cluster;

/// <summary>An image of another node, on the browser node that decodes it. When it stops, the decoding is cancelled.</summary>
internal sealed class HostedImage(HostedStart start) : HostedConversation(start)
{
    private bool _hasOrder;
    private DecodedImage? _image;
    private int _at;
    private long _credit;

    internal static Props Props(HostedStart start) => Akka.Actor.Props.Create(() => new HostedImage(start));

    protected override void PostStop()
    {
        _image?.Dispose();
        base.PostStop();
    }

    private protected override void OnMessage(object message)
    {
        switch (message)
        {
            case DecodeOrder order when !_hasOrder:
                _hasOrder = true;
                Browser.Tell(new Decode(order.File) { MaxWidth = order.MaxWidth, MaxHeight = order.MaxHeight, Site = order.Site, TraceParent = TraceText.Read(order.TraceParent) });
                break;
            case PixelCredit credit when _image is { } image:
                _credit = CreditSum.Of(_credit, credit.Bytes);
                SendPixels(image);
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of the asker of an image.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case DecodedImage image:
                _image = image;
                Send(new PixelsBegin(new ImageDecoded(image.Format, image.SourceWidth, image.SourceHeight, image.Width, image.Height, image.Delays), image.ProcessId));
                break;
            case DecodeRefused refused:
                Send(refused);
                Finish();
                break;
            case Akka.Actor.Status.Failure failure:
                Refuse(RefusalKind.Failed, failure.Cause.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void SendPixels(DecodedImage image)
    {
        var length = image.Pixels.Length;
        while (_credit > 0 && _at < length)
        {
            var piece = (int)Math.Min(Math.Min(_credit, Start.Work.Settings.PartSize), length - _at);
            Send(new Pixels(_at, image.Pixels.Slice(_at, piece).ToArray()));
            _at += piece;
            _credit -= piece;
        }
        if (_at == length)
            Finish();
    }
}
