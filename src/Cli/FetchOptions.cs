using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>What <c>fetch</c> was asked to do, checked as far as the command line alone can be.</summary>
/// <param name="Urls">At least one.</param>
/// <param name="Output">A file, or for several URLs a directory; null for stdout.</param>
/// <param name="Headers">In the order given.</param>
/// <param name="Method">An HTTP method.</param>
/// <param name="Body">The request body, or null.</param>
/// <param name="MaxTime">For each URL; null for the configuration's.</param>
/// <param name="Json">One JSON object a line instead of the body.</param>
/// <param name="Parallel">How many URLs at once.</param>
/// <param name="Fail">Whether HTTP status 400 and above is a failure.</param>
/// <param name="MaxRedirects">How many to follow; null for the configuration's.</param>
internal sealed record FetchOptions(
    IReadOnlyList<string> Urls,
    string? Output,
    IReadOnlyList<HeaderField> Headers,
    string Method,
    byte[]? Body,
    TimeSpan? MaxTime,
    bool Json,
    int Parallel,
    bool Fail,
    int? MaxRedirects)
{
    /// <summary>Parses <c>NAME:VALUE</c> as curl does: the value is trimmed, an empty one is allowed.</summary>
    internal static HeaderField ParseHeader(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new HeaderField(text[..colon].Trim(), text[(colon + 1)..].Trim())
            : throw new FormatException($"'{text}' is not a header: write NAME:VALUE.");
    }

    /// <summary>The request body: <c>@FILE</c> reads a file, anything else is the text itself.</summary>
    internal static byte[] ReadBody(string text) =>
        text.StartsWith('@') ? File.ReadAllBytes(text[1..]) : Encoding.UTF8.GetBytes(text);

    /// <summary>The file of one URL when several go into a directory: the last path segment, made unique and harmless.</summary>
    internal static string FileNameFor(string url, ISet<string> taken)
    {
        var name = Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? Uri.UnescapeDataString(parsed.Segments[^1]).Trim('/') : "";
        name = string.Concat(name.Select(c => char.IsControl(c) || c is '/' or '\\' or ':' ? '_' : c));
        if (name is "" or "." or "..")
            name = "index.html";
        var candidate = name;
        for (var n = 2; !taken.Add(candidate); n++)
            candidate = $"{Path.GetFileNameWithoutExtension(name)}.{n}{Path.GetExtension(name)}";
        return candidate;
    }
}
