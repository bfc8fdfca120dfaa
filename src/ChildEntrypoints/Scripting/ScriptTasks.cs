using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>
/// The tasks and timers of a page, on a virtual clock: the clock stands still while scripts run, however long they take here, goes on while the
/// page waits for the network, and jumps to the next timer where nothing else is to do. What scripts measure agrees with their timers.
/// </summary>
internal sealed class ScriptTasks
{
    private readonly PriorityQueue<Entry, (double Due, long Order)> _queue = new();
    private readonly Dictionary<int, Entry> _timers = [];
    // A script that waits by reading the clock must see it go on.
    private const double EachReading = 0.005;

    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private long _order;
    private int _last;

    /// <summary>The clock: milliseconds since the page's scripts began.</summary>
    internal double Now { get; private set; }

    /// <summary>The clock as a script reads it.</summary>
    internal double Read() => Now += EachReading;

    /// <summary>The same as a date.</summary>
    internal DateTimeOffset Date => _startedAt.AddMilliseconds(Read());

    /// <summary>The page has waited.</summary>
    internal void Advance(double milliseconds) => Now += milliseconds;

    /// <summary>How deep the timer that runs now is nested in other timers.</summary>
    internal int Nesting { get; private set; }

    /// <summary>Adds a task.</summary>
    /// <param name="delay">In milliseconds.</param>
    /// <param name="run">What to do.</param>
    /// <param name="repeat">Whether it is done again and again.</param>
    /// <param name="nests">Whether it counts as a timer: deeply nested timers have a least delay of four milliseconds.</param>
    /// <returns>Its number, for <see cref="Remove"/>.</returns>
    internal int Add(double delay, Action run, bool repeat = false, bool nests = false)
    {
        var nesting = nests ? Nesting + 1 : 0;
        if (!(delay > 0))
            delay = 0;
        if (nests && nesting > 5 && delay < 4)
            delay = 4;
        var entry = new Entry(++_last, run, repeat ? Math.Max(delay, 4) : -1, nesting);
        _timers.Add(entry.Number, entry);
        _queue.Enqueue(entry, (Now + Math.Min(delay, int.MaxValue), ++_order));
        return entry.Number;
    }

    /// <summary>Removes a task.</summary>
    internal void Remove(int number) => _timers.Remove(number);

    /// <summary>Removes all tasks.</summary>
    internal void Clear()
    {
        _queue.Clear();
        _timers.Clear();
    }

    /// <summary>Runs the next task.</summary>
    /// <param name="until">Tasks that are due later do not run.</param>
    /// <param name="mayJump">Whether the clock may jump to a task that is not due yet.</param>
    /// <returns>False if there is none.</returns>
    internal bool RunNext(double until, bool mayJump)
    {
        while (_queue.TryPeek(out var next, out var at))
        {
            if (!_timers.ContainsKey(next.Number))
            {
                _queue.Dequeue();
                continue;
            }
            if (at.Due > until || (at.Due > Now && !mayJump))
                return false;
            _queue.Dequeue();
            Now = Math.Max(Now, at.Due);
            if (next.Interval >= 0)
                _queue.Enqueue(next, (Now + next.Interval, ++_order));
            else
                _timers.Remove(next.Number);
            Nesting = next.Nesting;
            try
            {
                next.Run();
            }
            finally
            {
                Nesting = 0;
            }
            return true;
        }
        return false;
    }

    /// <summary>When the next task is due; null if there is none.</summary>
    internal double? NextDue
    {
        get
        {
            while (_queue.TryPeek(out var next, out var at))
            {
                if (_timers.ContainsKey(next.Number))
                    return at.Due;
                _queue.Dequeue();
            }
            return null;
        }
    }

    private sealed record Entry(int Number, Action Run, double Interval, int Nesting);
}

/// <summary>Dates of scripts, on the page's own clock.</summary>
/// <param name="tasks">The clock.</param>
internal sealed class ScriptDates(ScriptTasks tasks) : ITimeSystem
{
    private readonly DefaultTimeSystem _system = new(TimeZoneInfo.Utc, System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public TimeZoneInfo DefaultTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public DateTimeOffset GetUtcNow() => tasks.Date;

    /// <inheritdoc/>
    public bool TryParse(string date, out long epochMilliseconds) => _system.TryParse(date, out epochMilliseconds);

    /// <inheritdoc/>
    public TimeSpan GetUtcOffset(long epochMilliseconds) => TimeSpan.Zero;
}
