using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorBrowser;

/// <summary>
/// The heartbeats of all children that share an interval: one timer and one pass, beside the children's actors, which
/// hear of trouble alone. Hundreds of idle children so cost one wake-up an interval, not several each; and the thread pool,
/// which takes bursts of small work for a reason to grow, does not.
/// </summary>
internal sealed class HeartbeatTimer
{
    private static readonly ConcurrentDictionary<TimeSpan, HeartbeatTimer> ByInterval = new();

    private readonly Lock _lock = new();
    private readonly HashSet<HeartbeatMonitor> _monitors = [];
    private readonly TimeSpan _interval;
    private readonly Timer _timer;

    private HeartbeatTimer(TimeSpan interval)
    {
        _interval = interval;
        // It outlives its first user and must not capture that user's execution context.
        using (ExecutionContext.SuppressFlow())
            _timer = new Timer(static state => ((HeartbeatTimer)state!).BeatAll(), this, Timeout.Infinite, Timeout.Infinite);
    }

    internal static HeartbeatTimer Every(TimeSpan interval) => ByInterval.GetOrAdd(interval, static interval => new HeartbeatTimer(interval));

    internal void Add(HeartbeatMonitor monitor)
    {
        lock (_lock)
        {
            if (_monitors.Add(monitor) && _monitors.Count == 1)
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }

    internal void Remove(HeartbeatMonitor monitor)
    {
        lock (_lock)
        {
            if (_monitors.Remove(monitor) && _monitors.Count == 0)
                _timer.Change(Timeout.Infinite, Timeout.Infinite);
        }
    }

    private void BeatAll()
    {
        var start = Stopwatch.GetTimestamp();
        HeartbeatMonitor[] monitors;
        lock (_lock)
            monitors = [.. _monitors];
        foreach (var monitor in monitors)
            monitor.Beat();
        var rest = _interval - Stopwatch.GetElapsedTime(start);
        lock (_lock)
        {
            if (_monitors.Count > 0)
                _timer.Change(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
