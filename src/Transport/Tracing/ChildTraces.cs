namespace ActorBrowser.Transport;

/// <summary>The traced requests on which this child works. What it did for one is sent before the frame that ends the request. Thread-safe.</summary>
/// <param name="role">Names the span of the whole work on a request.</param>
internal sealed class ChildTraces(string role)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, ChildTrace> _traces = [];
    private volatile int _count;

    /// <summary>A traced request comes next.</summary>
    internal void Begin(ulong id)
    {
        var trace = new ChildTrace(role.Length <= SpanAttribute.MostName ? role : role[..SpanAttribute.MostName]);
        lock (_lock)
        {
            _traces[id] = trace;
            _count = _traces.Count;
        }
    }

    /// <summary>The trace of a request; null if it is not traced.</summary>
    internal ChildTrace? Of(ulong id)
    {
        if (_count == 0)
            return null;
        lock (_lock)
            return _traces.GetValueOrDefault(id);
    }

    /// <summary>Before a frame: if it ends a traced request, what was done for that is sent first. A full queue has no room for it.</summary>
    internal void OnWriting<T>(ulong id, in T message, IChannel channel) where T : IWireMessage<T>
    {
        if (_count == 0 || !Ends(message))
            return;
        ChildTrace? trace;
        lock (_lock)
        {
            if (!_traces.TryGetValue(id, out trace))
                return;
            if (!trace.GoesOn)
                _traces.Remove(id);
            trace.GoesOn = false;
            _count = _traces.Count;
        }
        if (trace.Take() is { } spans)
            channel.Write(id, spans);
    }

    private static bool Ends<T>(in T message) where T : IWireMessage<T> => T.Type switch
    {
        MessageType.RoleMessage or MessageType.FetchEnd or MessageType.FetchError or MessageType.SpawnFailed or MessageType.Closed
            or MessageType.DocumentLoaded or MessageType.DocumentFailed or MessageType.PageSettled or MessageType.QueryAnswer
            or MessageType.ScriptAnswer or MessageType.ScriptFailed or MessageType.ImageDecoded or MessageType.DecodeFailed => true,
        MessageType.RoleReply => message is RoleReply { Kind: RoleReplyKind.Answer or RoleReplyKind.End or RoleReplyKind.Failed },
        MessageType.ActDone => message is ActDone { Outcome: not ActOutcome.More },
        _ => false,
    };
}
