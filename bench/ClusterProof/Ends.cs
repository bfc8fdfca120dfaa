using System.Collections.Concurrent;
using System.Diagnostics;

namespace ActorBrowser.ClusterProof;

/// <summary>How a request ended.</summary>
internal enum EndKind
{
    Answered,
    NodeLost,
    Other,
}

/// <summary>An end that a requester was told of.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Detail">What it said.</param>
/// <param name="At">When, as a timestamp.</param>
internal sealed record End(EndKind Kind, string Detail, long At);

/// <summary>The ends of numbered requests, all of them: a request with two is a defect.</summary>
internal sealed class Ends
{
    private readonly ConcurrentDictionary<int, ConcurrentQueue<End>> _all = new();
    private int _ended;

    /// <summary>How many requests have an end.</summary>
    internal int Count => Volatile.Read(ref _ended);

    internal void Add(int number, EndKind kind, string detail)
    {
        var ends = _all.GetOrAdd(number, static _ => new());
        ends.Enqueue(new End(kind, detail, Stopwatch.GetTimestamp()));
        if (ends.Count == 1)
            Interlocked.Increment(ref _ended);
    }

    internal IReadOnlyList<End> Of(int number) => _all.TryGetValue(number, out var ends) ? [.. ends] : [];
}
