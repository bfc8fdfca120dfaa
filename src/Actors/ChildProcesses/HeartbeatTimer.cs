using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorBrowser;

/// <summary>
/// Runs the heartbeats of all children with the same interval in one timer, outside their actors, which are told only of trouble.
/// Hundreds of idle children cost one wake-up an interval instead of several each, and do not make the thread pool grow, as bursts of
/// small work items would.
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
        // The timer outlives its first user and must not capture that user's execution context.
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
