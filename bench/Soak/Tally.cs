using System.Collections.Concurrent;

namespace ActorBrowser.Soak;

/// <summary>Counts events by kind, and records defects.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly ConcurrentQueue<string> _defects = new();

    /// <summary>Defects so far: lost, doubled and mixed answers, wrong outputs, growth.</summary>
    internal int Defects => _defects.Count;

    internal void Count(string kind) => _counts.AddOrUpdate(kind, 1, static (_, n) => n + 1);

    /// <summary>Records a defect and prints it at once.</summary>
    internal void Defect(string kind, string detail)
    {
        Count(kind);
        _defects.Enqueue(kind);
        Console.Error.WriteLine($"soak: {kind.ToUpperInvariant()}: {detail}");
    }

    internal long Of(string kind) => _counts.GetValueOrDefault(kind);

    public override string ToString() => string.Join(", ", _counts.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value}"));
}
