using System.Diagnostics;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// When to count the commands' memory again. A count takes time; the machine's available memory is cheap to read, and when it falls,
/// a command may be the reason. So it is read some times between counts, and more often the faster it falls.
/// </summary>
/// <param name="limit">Of the commands' memory, in bytes; 0 for none.</param>
/// <param name="period">The longest time between two counts.</param>
internal sealed class CountPace(long limit, TimeSpan period)
{
    private const int SmallestShare = 64;
    private const int CountAgain = 4;
    private const int HurryUp = 8;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Hurry = TimeSpan.FromMilliseconds(5);

    private long _counted = Stopwatch.GetTimestamp();
    private long _glanced = Stopwatch.GetTimestamp();
    private long _room;
    private long? _availableThen;
    private long? _availableLast;

    /// <summary>A count is complete.</summary>
    /// <param name="memory">The commands' memory.</param>
    /// <param name="available">The machine's available memory when the count began; null if unknown.</param>
    internal void Counted(long memory, long? available)
    {
        _counted = _glanced = Stopwatch.GetTimestamp();
        _room = limit - memory;
        (_availableThen, _availableLast) = (available, available);
    }

    /// <summary>Returns how long to wait before the next call; null if it is time to count.</summary>
    /// <param name="available">The machine's available memory now; null if unknown.</param>
    internal TimeSpan? Next(long? available)
    {
        var left = period - Stopwatch.GetElapsedTime(_counted);
        if (left <= TimeSpan.Zero || _availableThen - available > Share(CountAgain))
            return null;
        var fallsInAGlance = (_availableLast - available) * (Glance / Stopwatch.GetElapsedTime(_glanced));
        (_glanced, _availableLast) = (Stopwatch.GetTimestamp(), available);
        var pause = fallsInAGlance > Share(HurryUp) ? Hurry : Glance;
        return available is null || left < pause ? left : pause;
    }

    // Of the room that is left; near the limit, of the limit, as the machine's available memory always changes a little.
    private long Share(int part) => Math.Max(_room / part, limit / SmallestShare);
}
