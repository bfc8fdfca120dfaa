namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// One timer for the deadlines of all fetches. Most deadlines are later than the one it waits for and cost one comparison;
/// a timer for each fetch would take a lock three times.
/// </summary>
internal sealed class FetchClock : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<long, long> _ring;
    private readonly Timer _timer;
    private long _due = long.MaxValue;

    /// <summary>Creates a clock without a deadline.</summary>
    /// <param name="ring">Takes the time (<see cref="Environment.TickCount64"/>), does what is due and returns the next deadline.</param>
    internal FetchClock(Func<long, long> ring)
    {
        _ring = ring;
        _timer = new Timer(static clock => ((FetchClock)clock!).Ring(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Makes the clock ring at this time or before. The caller must store its deadline before it calls this, as the ring reads it.</summary>
    internal void Set(long due)
    {
        // Orders the caller's write of its deadline before this read: a ring that missed that deadline has reset _due by now.
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
