using System.Runtime.CompilerServices;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>
/// The image decoder: the only process in which codec libraries, which are not memory-safe, read untrusted files. It decodes
/// one image at a time and sends the pixels in a sealed memory file.
/// </summary>
internal sealed class ImageDecoderRole : IFrameRole
{
    private readonly WorkThread _thread = new("ActorBrowser decoder");
    private readonly PayloadReceiver<DecodeImage> _receiver;
    private readonly SparePixels? _spare = OperatingSystem.IsLinux() ? new SparePixels() : null;
    private ChildContext? _context;
    private ulong _decoding;
    private ulong _cancelled;

    /// <summary>Creates an idle decoder.</summary>
    public ImageDecoderRole()
    {
        _receiver = new((id, request, payload) => _thread.Add(() => Decode(id, request, payload)));
        // A native child's filter (no-new-code) prevents it from loading a library later, so it loads all now. A JIT child loads each on first use.
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            foreach (var library in CodecLibrary.All)
                _ = library.IsLoaded;
        }
    }

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) => _context = context;

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.DecodeImage:
                return _receiver.OnRequest(frame);
            case MessageType.FetchBodyChunk:
                return _receiver.OnPiece(frame);
            case MessageType.CancelWork:
                return frame.TryRead<CancelWork>(out _) ?? OnCancel(frame.CorrelationId);
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The image decoder knows no message of type {frame.Type}.");
        }
    }

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }

    private ProtocolViolation? OnCancel(ulong id)
    {
        Volatile.Write(ref _cancelled, id);
        _receiver.Drop(id);
        // A codec library cannot be interrupted, so the process exits; it has no other work.
        if (Volatile.Read(ref _decoding) == id)
            CurrentProcess.ExitNow(ChildExitCodes.OutOfTime);
        return null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Decode(ulong id, in DecodeImage request, PayloadAssembly payload)
    {
        using (payload)
        {
            if (Volatile.Read(ref _cancelled) == id)
                return;
            Volatile.Write(ref _decoding, id);
            var milliseconds = request.Limits.MaxMilliseconds;
            using var overdue = new Timer(
                _ =>
                {
                    Fail(id, new DecodeFailed(DecodeFailure.TimedOut, $"The image was not decoded within {milliseconds} ms."));
                    CurrentProcess.ExitNow(ChildExitCodes.OutOfTime);
                },
                null, milliseconds, Timeout.Infinite);
            _context!.Traces.Of(id)?.Begin("decode");
            try
            {
                var pixels = ImageDecoder.Decode(payload.Bytes.Span, request, _spare, out var answer);
                _context.Write(id, answer, [pixels]);
                _context.Flush();
                var length = (long)answer.Width * answer.Height * 4 * answer.Delays.Count;
                if (OperatingSystem.IsLinux() && length <= request.KeepReady)
                    _spare!.Prepare((int)length);
            }
            catch (DecodeFailedException e)
            {
                Fail(id, new DecodeFailed(e.Kind, e.Message));
            }
            catch (CodecException e)
            {
                Fail(id, new DecodeFailed(DecodeFailure.Malformed, $"The image cannot be decoded: {e.Message.TrimEnd('.')}."));
            }
            catch (Exception e) when (ImageDecoder.IsContradiction(e))
            {
                Fail(id, new DecodeFailed(DecodeFailure.Malformed, "The image's data contradicts itself, or ends too early."));
            }
            catch (OutOfMemoryException)
            {
                Fail(id, new DecodeFailed(DecodeFailure.NoMemory, "There is not enough memory to decode the image."));
            }
            Volatile.Write(ref _decoding, 0);
        }
    }

    private void Fail(ulong id, in DecodeFailed failed)
    {
        _context!.Write(id, failed);
        _context.Flush();
    }
}
