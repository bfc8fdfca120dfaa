namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// One timer for the deadlines of all fetches. Most deadlines are later than the one it waits for already, and cost a
/// comparison; a timer for each fetch would cost a lock three times.
/// </summary>
internal sealed class FetchClock : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<long, long> _ring;
    private readonly Timer _timer;
    private long _due = long.MaxValue;

    /// <summary>A clock without a deadline.</summary>
    /// <param name="ring">Given the time (<see cref="Environment.TickCount64"/>), does what is due and gives the next deadline.</param>
    internal FetchClock(Func<long, long> ring)
    {
        _ring = ring;
        _timer = new Timer(static clock => ((FetchClock)clock!).Ring(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Rings at this time at the latest. Whoever calls has made the deadline visible to the ring before.</summary>
    internal void Set(long due)
    {
        // Between the caller's write of its deadline and this read: a ring that misses the one has reset the other.
        Interlocked.MemoryBarrier();
        if (due >= Volatile.Read(ref _due))
            return;
        lock (_lock)
        {
            if (due >= _due)
                return;
            Volatile.Write(ref _due, due);
            _timer.Change(Math.Clamp(due - Environment.TickCount64, 1, int.MaxValue), Timeout.Infinite);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Ring()
    {
        Interlocked.Exchange(ref _due, long.MaxValue);
        Set(_ring(Environment.TickCount64));
    }
}
