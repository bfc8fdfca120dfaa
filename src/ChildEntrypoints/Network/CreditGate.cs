namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>How many body bytes the parent will take. One waiter; adding comes from the channel's thread.</summary>
internal sealed class CreditGate(long initial)
{
    private readonly Lock _lock = new();
    private long _available = initial;
    private TaskCompletionSource? _waiter;

    internal long Available => Interlocked.Read(ref _available);

    internal void Take(long bytes) => Interlocked.Add(ref _available, -bytes);

    internal void Add(long bytes)
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            var sum = Interlocked.Add(ref _available, bytes);
            if (sum < 0)
                Interlocked.Exchange(ref _available, long.MaxValue);
            waiter = _waiter;
            _waiter = null;
        }
        waiter?.SetResult();
    }

    internal async Task<long> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task waiting;
            lock (_lock)
            {
                if (Available > 0)
                    return Available;
                _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiter.Task;
            }
            await waiting.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
