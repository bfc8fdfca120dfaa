using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>The number of body bytes that may still be sent. Only one taker waits for credit at a time; the channel's thread adds credit.</summary>
internal sealed class CreditGate(long initial)
{
    private readonly Lock _lock = new();
    private long _credit = initial;
    private TaskCompletionSource? _waiting;
    private bool _closed;

    /// <summary>Adds credit.</summary>
    /// <param name="bytes">At least 1.</param>
    internal void Add(long bytes)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _credit = CreditSum.Of(_credit, bytes);
            waiting = _waiting;
            _waiting = null;
        }
        waiting?.SetResult();
    }

    /// <summary>Ends sending: a waiting taker gets no credit.</summary>
    internal void Close()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _closed = true;
            waiting = _waiting;
            _waiting = null;
        }
        waiting?.SetResult();
    }

    /// <summary>Takes up to <paramref name="wanted"/> bytes of credit, if there is any.</summary>
    /// <param name="wanted">At least 1.</param>
    /// <returns>The bytes taken; 0 without credit.</returns>
    internal int TryTake(int wanted)
    {
        lock (_lock)
        {
            var taken = _closed ? 0 : (int)Math.Min(wanted, _credit);
            _credit -= taken;
            return taken;
        }
    }

    /// <summary>Takes exactly this many bytes of credit, or none.</summary>
    /// <param name="wanted">At least 1.</param>
    internal bool TryTakeAll(int wanted)
    {
        lock (_lock)
        {
            if (_closed || _credit < wanted)
                return false;
            _credit -= wanted;
            return true;
        }
    }

    /// <summary>Completes when there may be credit, or the gate is closed.</summary>
    internal Task WhenChanged()
    {
        lock (_lock)
        {
            if (_closed || _credit > 0)
                return Task.CompletedTask;
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }
}
