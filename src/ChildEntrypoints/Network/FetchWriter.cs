using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Queues one fetch's frames for the parent. Each fetch ends with exactly one FetchEnd or FetchError; later frames are dropped.</summary>
/// <param name="outbox">Queues the frames of all fetches.</param>
/// <param name="id">The fetch's correlation id.</param>
internal sealed class FetchWriter(FetchOutbox outbox, ulong id)
{
    private readonly Lock _lock = new();
    private bool _finished;

    /// <summary>The queue of all fetches' frames; flushes them.</summary>
    internal FetchOutbox Outbox => outbox;

    internal WriteOutcome Write<T>(in T message) where T : struct, IWireMessage<T>
    {
        lock (_lock)
            return _finished ? WriteOutcome.Closed : outbox.Write(id, message);
    }

    internal WriteOutcome WriteChunk(in FetchBodyChunk chunk)
    {
        lock (_lock)
            return _finished ? WriteOutcome.Closed : outbox.WriteChunk(id, chunk);
    }

    internal WriteOutcome WriteSlot(in FetchBodySlot piece)
    {
        lock (_lock)
            return _finished ? WriteOutcome.Closed : outbox.WriteSlot(id, piece);
    }

    internal WriteOutcome WriteLast<T>(in T message) where T : struct, IWireMessage<T>
    {
        lock (_lock)
        {
            if (_finished)
                return WriteOutcome.Closed;
            var outcome = outbox.Write(id, message);
            _finished = outcome != WriteOutcome.QueueFull;
            return outcome;
        }
    }

    /// <summary>Queues a frame; waits while the queue is full.</summary>
    internal async ValueTask<WriteOutcome> WriteWaitingAsync<T>(T message, CancellationToken stop) where T : struct, IWireMessage<T>
    {
        WriteOutcome outcome;
        while ((outcome = Write(message)) == WriteOutcome.QueueFull)
            await outbox.WhenFlushed().WaitAsync(stop).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Queues a frame and requests a flush; waits while the queue is full.</summary>
    internal async ValueTask WriteControlAsync<T>(T message, CancellationToken stop) where T : struct, IWireMessage<T>
    {
        await WriteWaitingAsync(message, stop).ConfigureAwait(false);
        outbox.RequestFlush();
    }
}
