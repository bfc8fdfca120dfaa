namespace ActorBrowser;

/// <summary>One wait at a time, of any length: the runtime's timers allow at most 49 days, so longer waits are chained.</summary>
internal sealed class LongTimer : IDisposable
{
    private const long Longest = uint.MaxValue - 1;

    private readonly TimeProvider _time;
    private readonly Action _ring;
    private readonly ITimer _timer;
    private long _at;

    /// <summary>Creates a timer that does not run yet.</summary>
    /// <param name="time">The time to measure and wait with.</param>
    /// <param name="ring">Called on a pool thread at the end of a wait, never earlier.</param>
    internal LongTimer(TimeProvider time, Action ring)
    {
        (_time, _ring) = (time, ring);
        _timer = time.CreateTimer(static timer => ((LongTimer)timer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts a wait, replacing one in progress. After <see cref="Dispose"/> it does nothing.</summary>
    internal void Start(TimeSpan delay)
    {
        var wait = Math.Max(0, (long)Math.Ceiling(delay.TotalMilliseconds));
        Volatile.Write(ref _at, _time.Milliseconds() + wait);
        Wait(wait);
    }

    /// <summary>Stops the timer; a callback in progress continues.</summary>
    public void Dispose() => _timer.Dispose();

    private void Wait(long milliseconds) => _timer.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, Longest)), Timeout.InfiniteTimeSpan);

    private void OnTimer()
    {
        if (Volatile.Read(ref _at) - _time.Milliseconds() is > 0 and var left)
            Wait(left);
        else
            _ring();
    }
}
