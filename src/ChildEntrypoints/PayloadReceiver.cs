using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// Receives requests whose bytes come with them, beside them or behind them, one at a time: a newer one takes the place
/// of one whose bytes were still coming. Of the channel's thread.
/// </summary>
/// <param name="begin">Told of each that is whole: its id, the request without its bytes, and the bytes, which it then owns.</param>
internal sealed class PayloadReceiver<T>(Action<ulong, T, PayloadAssembly> begin) where T : struct, IWireMessage<T>, IPayloadRequest<T>
{
    private ulong _id;
    private T _request;
    private PayloadAssembly? _payload;

    /// <summary>A request.</summary>
    internal ProtocolViolation? OnRequest(in Frame frame)
    {
        var descriptors = frame.TakeDescriptors();
        if (frame.TryRead<T>(out var request) is { } malformed)
        {
            SafeDescriptor.DisposeAll(descriptors);
            return malformed;
        }
        _payload?.Dispose();
        _payload = PayloadAssembly.Begin(request.Length, request.Data, descriptors, out var violation);
        if (violation is not null)
            return violation;
        // Its own bytes were on loan.
        (_id, _request) = (frame.CorrelationId, request.WithoutData());
        BeginIfComplete();
        return null;
    }

    /// <summary>A piece of the request's bytes; of one that is not received any more it is late, not wrong.</summary>
    internal ProtocolViolation? OnPiece(in Frame frame)
    {
        if (frame.TryRead<FetchBodyChunk>(out var chunk) is { } malformed)
            return malformed;
        if (_payload is null || frame.CorrelationId != _id)
            return null;
        if (_payload.Add(chunk) is { } violation)
            return violation;
        BeginIfComplete();
        return null;
    }

    /// <summary>Nobody waits for it any more.</summary>
    internal void Drop(ulong id)
    {
        if (id != _id)
            return;
        _payload?.Dispose();
        _payload = null;
    }

    private void BeginIfComplete()
    {
        if (_payload is not { IsComplete: true } payload)
            return;
        _payload = null;
        begin(_id, _request, payload);
    }
}
