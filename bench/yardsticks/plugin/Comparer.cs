namespace ActorBrowser.Bench.Plugin;

/// <summary>A plugin that does nothing: what is measured is the way to it, and its replacement.</summary>
public sealed class Comparer : IComparer<string>
{
    public int Compare(string? x, string? y) => string.CompareOrdinal(x, y);
}
