namespace ActorBrowser.ModelTests.Scheduling;

/// <summary>Time that advances only on request, from one timer to the next.</summary>
internal sealed class MovedTime : TimeProvider
{
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<(MovedTimer Timer, int Version), (long Due, long Order)> _due = new();
    private readonly HashSet<MovedTimer> _armed = [];
    private long _now;
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal TimeSpan Elapsed => new(_now);

    /// <summary>The number of timers that will fire.</summary>
    internal int Armed => _armed.Count;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => Begin.AddTicks(_now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Starts again without timers.</summary>
    internal void Reset()
    {
        _due.Clear();
        _armed.Clear();
        (_now, _order) = (0, 0);
    }

    /// <summary>Advances to the next timer and fires it; false if there is none.</summary>
    internal bool Pass()
    {
        while (_due.TryDequeue(out var next, out var when))
        {
            if (!next.Timer.IsDue(next.Version))
                continue;
            _now = Math.Max(_now, when.Due);
            _armed.Remove(next.Timer);
            next.Timer.Ring();
            return true;
        }
        return false;
    }

    private sealed class MovedTimer(MovedTime time, Action ring) : ITimer
    {
        private int _version;
        private bool _armed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
                throw new NotSupportedException("Our timers ring once.");
            _version++;
            _armed = dueTime != Timeout.InfiniteTimeSpan;
            if (_armed)
            {
                time._armed.Add(this);
                time._due.Enqueue((this, _version), (time._now + dueTime.Ticks, time._order++));
            }
            else
            {
                time._armed.Remove(this);
            }
            return true;
        }

        internal bool IsDue(int version) => _armed && version == _version;

        internal void Ring()
        {
            _armed = false;
            ring();
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
