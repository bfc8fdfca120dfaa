using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// Receives requests whose bytes are in the message, in a memory file or in pieces that follow, one at a time: a new request replaces
/// an incomplete one. Used on the channel's thread only.
/// </summary>
/// <param name="begin">Called for each complete request with its id, the request without its bytes, and the bytes, which the callee owns.</param>
internal sealed class PayloadReceiver<T>(Action<ulong, T, PayloadAssembly> begin) where T : struct, IWireMessage<T>, IPayloadRequest<T>
{
    private ulong _id;
    private T _request;
    private PayloadAssembly? _payload;

    /// <summary>Receives a request.</summary>
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
        // The request's bytes are valid only during this call.
        (_id, _request) = (frame.CorrelationId, request.WithoutData());
        BeginIfComplete();
        return null;
    }

    /// <summary>Receives a piece of the request's bytes. A piece of a dropped or replaced request is ignored.</summary>
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

    /// <summary>Drops a request whose answer is no longer wanted.</summary>
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
