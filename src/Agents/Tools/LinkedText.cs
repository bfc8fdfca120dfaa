using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorBrowser.Agents;

/// <summary>A part of a page's Markdown with the addresses of the links in it: the page's own definitions stand at the end of a section, which may be in another part.</summary>
internal static partial class LinkedText
{
    /// <summary>The next part, at most <c>MaxBytes</c> long with its definitions. These take at most half of it; list_links has what is left out.</summary>
    /// <param name="tab">The page's tab.</param>
    /// <param name="options">Which text; Markdown, with a limit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal static async Task<(string Text, string? Continue)> PartAsync(TabClient tab, PageTextOptions options, CancellationToken cancellation)
    {
        var most = options.MaxBytes!.Value;
        var (text, next) = await tab.ShownTextAsync(options, null, cancellation).ConfigureAwait(false);
        if ((next is null && options.Continue is null) || Missing(text).Count == 0)
            return (text, next);
        var whole = await tab.TextAsync(options with { MaxBytes = null, Continue = null }, cancellation).ConfigureAwait(false);
        var addresses = new Dictionary<int, string>();
        foreach (Match definition in Definition().Matches(VisibleText.Block(whole.Text)))
            addresses.TryAdd(NumberOf(definition), definition.Value);
        // A shorter text may lose definitions of its own: in the end there is room for all that are given.
        foreach (var share in (int[])[0, 1, 2])
        {
            var definitions = Of(Missing(text), addresses, most / 2 - 2);
            var room = most - Encoding.UTF8.GetByteCount(definitions);
            if (Encoding.UTF8.GetByteCount(text) <= room)
                return (text + definitions, next);
            (text, next) = await tab.ShownTextAsync(options with { MaxBytes = share == 0 ? room : most / 2 }, null, cancellation).ConfigureAwait(false);
        }
        return (text, next);
    }

    // The numbers of links whose definitions are not in the text.
    private static SortedSet<int> Missing(string text)
    {
        var numbers = new SortedSet<int>(Link().Matches(text).Select(NumberOf));
        numbers.ExceptWith(Definition().Matches(text).Select(NumberOf));
        return numbers;
    }

    private static string Of(IEnumerable<int> numbers, Dictionary<int, string> addresses, int most)
    {
        var (text, bytes) = (new StringBuilder(), 0);
        foreach (var number in numbers)
        {
            if (!addresses.TryGetValue(number, out var definition))
                continue;
            var line = (text.Length == 0 ? "\n\n" : "\n") + definition;
            if (bytes + Encoding.UTF8.GetByteCount(line) > most)
                break;
            bytes += Encoding.UTF8.GetByteCount(line);
            text.Append(line);
        }
        return text.ToString();
    }

    private static int NumberOf(Match found) => int.Parse(found.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\]\[(?<number>[0-9]{1,9})\]")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\[(?<number>[0-9]{1,9})\]: .+$", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
