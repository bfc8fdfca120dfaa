using System.Diagnostics;
using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>
/// Reads what processes use from /proc, again and again. Processor times are read each time, those of a process that rests each
/// fourth time; proportional memory, for which the kernel walks all mappings, when the resident memory or the number of processes has
/// changed or the figure is old, and for no longer than <see cref="Patience"/> at a time: the rest waits for the next time. For one
/// thread at a time.
/// </summary>
internal sealed class ProcessSampler(TimeProvider time)
{
    /// <summary>How long the memory of processes is read at a time, which makes 0.1 % of a processor.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2);

    private const int RestingTimes = 4;

    // A process's memory is read for at most a thousandth of the time.
    private const int LeastPause = 1000;

    private static readonly TimeSpan OldAge = TimeSpan.FromSeconds(30);

    // After so long a pause, a mean since the last time would mislead.
    private static readonly TimeSpan LongestMean = TimeSpan.FromSeconds(20);

    private readonly Dictionary<int, Seen> _seen = [];
    private long _round;

    /// <summary>Reads some processes. Processes that were read before and are not among these are forgotten.</summary>
    /// <param name="processes">Their pids.</param>
    /// <param name="resting">Whether a process has nothing to do, as far as this one knows.</param>
    /// <returns>A sample for each process that is there.</returns>
    internal IReadOnlyDictionary<int, ProcessSample> Sample(IReadOnlyCollection<int> processes, Func<int, bool> resting)
    {
        _round++;
        var isAnother = processes.Count != _seen.Count;
        var now = time.GetTimestamp();
        var samples = new Dictionary<int, ProcessSample>(processes.Count);
        var wanting = new List<Seen>();
        foreach (var process in processes)
        {
            var isKnown = _seen.TryGetValue(process, out var seen);
            if (isKnown && !isAnother && seen!.Percent == 0 && !seen.WantsMemory && (_round + process) % RestingTimes != 0 && resting(process))
            {
                seen.Round = _round;
                continue;
            }
            if (ProcessFigures.TryRead(process) is not { } use)
                continue;
            if (!isKnown || seen!.Use.StartTicks != use.StartTicks)
                _seen[process] = seen = new Seen(process) { Use = use, At = now };
            var span = time.GetElapsedTime(seen.At, now);
            seen.Percent = span == TimeSpan.Zero || span > LongestMean ? null : Math.Round((use.Processor - seen.Use.Processor) / span * 100, 1);
            if (seen.ReadAt is not { } read || isAnother || use.Resident != seen.ResidentThen || time.GetElapsedTime(read, now) > OldAge)
                seen.WantsMemory = true;
            // This process itself may have hundreds of mebibytes, which take the kernel milliseconds, and changes all the time.
            var isDue = seen.ReadAt is not { } before || time.GetElapsedTime(before, now) is var age && (age >= seen.Cost * LeastPause || age > OldAge);
            (seen.Use, seen.At, seen.Round) = (use, now, _round);
            if (seen.WantsMemory && isDue)
                wanting.Add(seen);
        }
        ReadMemory(wanting, now);
        foreach (var (process, seen) in _seen)
        {
            if (seen.Round != _round)
                _seen.Remove(process);
            else
                samples.Add(process, new ProcessSample(seen.Use.Name, seen.Percent, seen.Memory >= 0 ? seen.Memory : seen.Use.Resident, seen.Memory < 0));
        }
        return samples;
    }

    // Those that have waited longest first; one at least, however slow the machine is.
    private void ReadMemory(List<Seen> wanting, long now)
    {
        wanting.Sort(static (a, b) => (a.ReadAt ?? long.MinValue).CompareTo(b.ReadAt ?? long.MinValue));
        var start = Stopwatch.GetTimestamp();
        foreach (var seen in wanting)
        {
            // A figure that was never read is read at once: the resident memory in its place would be many times too high.
            if (seen.ReadAt is not null && Stopwatch.GetElapsedTime(start) > Patience)
                return;
            var begun = Stopwatch.GetTimestamp();
            seen.Memory = ProcessFigures.ProportionalMemory(seen.Process);
            seen.Cost = Stopwatch.GetElapsedTime(begun);
            (seen.ReadAt, seen.ResidentThen, seen.WantsMemory) = (now, seen.Use.Resident, false);
        }
    }

    private sealed class Seen(int process)
    {
        internal int Process => process;

        internal ProcessUse Use { get; set; }

        internal long At { get; set; }

        internal double? Percent { get; set; }

        internal long Memory { get; set; } = -1;

        internal long? ReadAt { get; set; }

        internal TimeSpan Cost { get; set; }

        internal long ResidentThen { get; set; }

        internal bool WantsMemory { get; set; }

        internal long Round { get; set; }
    }
}

/// <summary>What a process used when it was read.</summary>
/// <param name="Name">Its name, which it chooses itself.</param>
/// <param name="Processor">Percent of one processor since it was read before; null if it was not, or long ago.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="IsResident">Whether that is its resident memory, because this process may not read the proportional one.</param>
internal readonly record struct ProcessSample(string Name, double? Processor, long Memory, bool IsResident);
