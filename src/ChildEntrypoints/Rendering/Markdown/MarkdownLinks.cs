using System.Globalization;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>Numbers the links and images of a text; their addresses stand in definitions at the end of each section.</summary>
internal sealed class MarkdownLinks
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _undefined = [];

    /// <summary>The number of an address; the same for each link to it.</summary>
    internal int NumberOf(string url)
    {
        if (_numbers.TryGetValue(url, out var number))
            return number;
        _numbers[url] = number = _numbers.Count + 1;
        _undefined.Add(url);
        return number;
    }

    /// <summary>Writes the definitions of the numbers that were given since the last call.</summary>
    internal void Define(MarkdownOutput output)
    {
        for (var i = 0; i < _undefined.Count; i++)
        {
            output.Separate(tight: i > 0);
            output.Lines(string.Create(CultureInfo.InvariantCulture, $"[{_numbers[_undefined[i]]}]: {MarkdownEscape.Destination(_undefined[i])}"));
            output.EndBlock();
        }
        _undefined.Clear();
    }
}
