using System.Globalization;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>The directives of Cache-Control (RFC 9111, 5.2) that matter to a private cache. <c>must-revalidate</c> does not: no stale response is ever used.</summary>
internal readonly record struct CacheControl
{
    internal bool NoStore { get; private init; }

    internal bool NoCache { get; private init; }

    internal bool MustUnderstand { get; private init; }

    /// <summary>Whether the response may be stored whatever its status: <c>public</c> or <c>private</c>.</summary>
    internal bool MayStore { get; private init; }

    /// <summary>Null for none; zero for one that cannot be read.</summary>
    internal TimeSpan? MaxAge { get; private init; }

    /// <summary>Reads all fields of that name.</summary>
    internal static CacheControl Of(IReadOnlyList<HeaderField> headers)
    {
        var control = default(CacheControl);
        foreach (var field in headers)
        {
            if (!field.Name.Equals("Cache-Control", StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var (name, value) in Split(field.Value))
                control = control.With(name, value);
        }
        return control;
    }

    private CacheControl With(string name, string? value) => name switch
    {
        "no-store" => this with { NoStore = true },
        // With field names, only those need validation; validating the whole is allowed.
        "no-cache" => this with { NoCache = true },
        "must-understand" => this with { MustUnderstand = true },
        "public" or "private" => this with { MayStore = true },
        // Said twice, the shorter one counts.
        "max-age" => this with { MaxAge = MaxAge is { } age && age < Seconds(value) ? age : Seconds(value) },
        _ => this,
    };

    /// <summary>Delta seconds; zero if they cannot be read, and at most 2^31.</summary>
    internal static TimeSpan Seconds(string? text)
    {
        if (text is not { Length: > 0 } || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return TimeSpan.Zero;
        return TimeSpan.FromSeconds(long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, 1L << 31) : 1L << 31);
    }

    // Names in lower case; a comma in a quoted value separates nothing.
    private static List<(string Name, string? Value)> Split(string text)
    {
        var directives = new List<(string, string?)>();
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            for (var quoted = false; at < text.Length && (quoted || text[at] != ','); at++)
            {
                if (quoted && text[at] == '\\')
                    at++;
                else if (text[at] == '"')
                    quoted = !quoted;
            }
            var directive = text[start..Math.Min(at, text.Length)].Trim(' ', '\t');
            var equals = directive.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? directive : directive[..equals]).Trim(' ', '\t').ToLowerInvariant();
            if (name.Length > 0)
                directives.Add((name, equals < 0 ? null : directive[(equals + 1)..].Trim(' ', '\t').Trim('"')));
        }
        return directives;
    }
}
