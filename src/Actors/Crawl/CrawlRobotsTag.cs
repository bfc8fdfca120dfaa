using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>What a page tells robots, in X-Robots-Tag and in its meta elements.</summary>
/// <param name="NoIndex">Not to be saved.</param>
/// <param name="NoFollow">Its links are not to be followed.</param>
internal readonly record struct CrawlRobotsTag(bool NoIndex, bool NoFollow)
{
    /// <summary>Reads the header fields; those for another crawler do not count.</summary>
    internal static CrawlRobotsTag Of(IReadOnlyList<HeaderField> headers, string agent)
    {
        var all = default(CrawlRobotsTag);
        foreach (var field in headers)
        {
            if (!field.Name.Equals("X-Robots-Tag", StringComparison.OrdinalIgnoreCase))
                continue;
            var colon = field.Value.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : field.Value[..colon].Trim();
            // A colon also stands in a directive with a value.
            var isName = name.Length > 0 && !name.Contains(',', StringComparison.Ordinal) && name is not ("unavailable_after" or "max-snippet" or "max-image-preview" or "max-video-preview");
            if (!isName || name.Equals(agent, StringComparison.OrdinalIgnoreCase))
                all |= Of(isName ? field.Value[(colon + 1)..] : field.Value);
        }
        return all;
    }

    /// <summary>Reads directives separated by commas.</summary>
    internal static CrawlRobotsTag Of(string directives)
    {
        var all = default(CrawlRobotsTag);
        foreach (var directive in directives.Split(',', StringSplitOptions.TrimEntries))
        {
            all |= directive.ToLowerInvariant() switch
            {
                "noindex" => new CrawlRobotsTag(true, false),
                "nofollow" => new CrawlRobotsTag(false, true),
                "none" => new CrawlRobotsTag(true, true),
                _ => default,
            };
        }
        return all;
    }

    public static CrawlRobotsTag operator |(CrawlRobotsTag one, CrawlRobotsTag other) => new(one.NoIndex || other.NoIndex, one.NoFollow || other.NoFollow);
}
