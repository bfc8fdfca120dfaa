namespace ActorBrowser;

/// <summary>The URLs a tab has visited. Independent of its renderers.</summary>
internal sealed class TabHistory(int most)
{
    private readonly List<string> _urls = [];

    /// <summary>A history that goes on, with the entries around its position if it has more than are kept.</summary>
    internal TabHistory(int most, TabMemory memory) : this(most)
    {
        var first = Math.Clamp(memory.Position + 1 - most, 0, Math.Max(0, memory.History.Count - most));
        _urls.AddRange(memory.History.Skip(first).Take(most));
        Position = memory.Position - first;
    }

    internal int Position { get; private set; } = -1;

    internal IReadOnlyList<string> Urls => [.. _urls];

    internal string? Current => Position < 0 ? null : _urls[Position];

    /// <summary>A navigation has brought a page: a new one, or one that lies some steps from here.</summary>
    internal void Arrive(string url, int steps)
    {
        if (steps == 0)
        {
            Visit(url);
            return;
        }
        Go(steps);
        Replace(url);
    }

    /// <summary>A new navigation reached a page: drops the forward entries.</summary>
    internal void Visit(string url)
    {
        if (Current == url)
            return;
        _urls.RemoveRange(Position + 1, _urls.Count - Position - 1);
        _urls.Add(url);
        if (_urls.Count > most)
            _urls.RemoveAt(0);
        Position = _urls.Count - 1;
    }

    /// <summary>Returns the URL some steps away without going there; null beyond either end.</summary>
    internal string? Peek(int steps) => Position + steps >= 0 && Position + steps < _urls.Count && Position >= 0 ? _urls[Position + steps] : null;

    internal void Go(int steps) => Position += steps;

    /// <summary>The current page moved to another URL.</summary>
    internal void Replace(string url) => _urls[Position] = url;
}
