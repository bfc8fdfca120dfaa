namespace ActorBrowser.Transport;

/// <summary>Limits how many bytes a child sends ahead of its parent. Thread-safe.</summary>
/// <param name="initial">The bytes that may be sent before any grant.</param>
internal sealed class CreditGate(long initial)
{
    private readonly Lock _lock = new();
    private long _left = initial;
    private TaskCompletionSource? _more;

    /// <summary>Takes bytes, once there is any credit; a message may be longer than the credit that is left.</summary>
    internal async ValueTask TakeAsync(int bytes, CancellationToken cancellation)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_left > 0)
                {
                    _left -= bytes;
                    return;
                }
                more = (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await more.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Grants more.</summary>
    internal void Add(long bytes)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            // The credit left may be negative.
            _left = _left < 0 ? _left + bytes : CreditSum.Of(_left, bytes);
            waiting = _left > 0 ? _more : null;
            if (waiting is not null)
                _more = null;
        }
        waiting?.SetResult();
    }
}
