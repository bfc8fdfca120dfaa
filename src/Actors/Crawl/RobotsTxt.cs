using System.Globalization;
using System.Text;

namespace ActorBrowser;

/// <summary>The rules of a robots.txt for one crawler (RFC 9309).</summary>
internal sealed class RobotsTxt
{
    /// <summary>How much of the file is read: what the RFC demands at least.</summary>
    internal const int MaxBytes = 500 << 10;

    private const int MostSitemaps = 1000;

    // The longest first, and of two equally long ones the one that allows: the first that matches decides.
    private readonly (RobotsPattern Pattern, bool Allows)[] _rules;

    private RobotsTxt((RobotsPattern, bool)[] rules, TimeSpan? delay, IReadOnlyList<string> sitemaps) => (_rules, Delay, Sitemaps) = (rules, delay, sitemaps);

    /// <summary>For a server without the file (a status of 4xx).</summary>
    internal static RobotsTxt AllowsAll { get; } = new([], null, []);

    /// <summary>For a server whose file cannot be had now (5xx, no answer).</summary>
    internal static RobotsTxt AllowsNothing { get; } = new([(new RobotsPattern("/"), false)], null, []);

    /// <summary>Crawl-delay, which is not part of the RFC; null for none.</summary>
    internal TimeSpan? Delay { get; }

    /// <summary>The sitemaps that the file names, as written.</summary>
    internal IReadOnlyList<string> Sitemaps { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Only the first <see cref="MaxBytes"/> count.</param>
    /// <param name="crawler">The crawler's product token, such as <c>actorbrowser</c>.</param>
    internal static RobotsTxt Parse(ReadOnlySpan<byte> file, string crawler)
    {
        if (file.Length > MaxBytes)
            file = file[..MaxBytes];
        if (file.StartsWith(Encoding.UTF8.Preamble))
            file = file[3..];
        // One character for each byte: patterns are compared as bytes.
        var reading = new Reading(crawler);
        ReadOnlySpan<char> text = Encoding.Latin1.GetString(file);
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny('\r', '\n');
            reading.Take(end < 0 ? text : text[..end]);
            text = end < 0 ? default : text[(end + 1)..];
        }
        return reading.Finish();
    }

    /// <summary>The product token in a User-Agent, by which groups are found.</summary>
    internal static string TokenOf(string userAgent)
    {
        var end = 0;
        while (end < userAgent.Length && (char.IsAsciiLetter(userAgent[end]) || userAgent[end] is '-' or '_'))
            end++;
        return userAgent[..end];
    }

    /// <summary>Whether a URL may be fetched.</summary>
    /// <param name="pathAndQuery">The request target.</param>
    internal bool Allows(string pathAndQuery)
    {
        if (_rules.Length == 0 || pathAndQuery == "/robots.txt")
            return true;
        var path = RobotsPattern.Normalize(pathAndQuery, isPattern: false);
        foreach (var (pattern, allows) in _rules)
        {
            if (pattern.Matches(path))
                return allows;
        }
        return true;
    }

    private sealed class Reading(string crawler)
    {
        private readonly Rules _own = new(), _everyone = new();
        private readonly List<string> _sitemaps = [];
        private bool _named, _isOwn, _isEveryone, _sawRule;

        internal void Take(ReadOnlySpan<char> line)
        {
            if (line.IndexOf('#') is >= 0 and var comment)
                line = line[..comment];
            var colon = line.IndexOf(':');
            if (colon < 0)
                return;
            // Spaces and tabs alone: other white space of Latin-1 is a part of characters in UTF-8.
            var key = line[..colon].Trim(" \t");
            var value = line[(colon + 1)..].Trim(" \t");
            if (key.Equals("user-agent", StringComparison.OrdinalIgnoreCase))
                OnAgent(value);
            else if (key.Equals("allow", StringComparison.OrdinalIgnoreCase))
                OnRule(value, allows: true);
            else if (key.Equals("disallow", StringComparison.OrdinalIgnoreCase))
                OnRule(value, allows: false);
            else if (key.Equals("sitemap", StringComparison.OrdinalIgnoreCase) && _sitemaps.Count < MostSitemaps && value.Length > 0)
                _sitemaps.Add(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(value.ToString())));
            else if (key.Equals("crawl-delay", StringComparison.OrdinalIgnoreCase) && double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
                OnDelay(seconds);
        }

        internal RobotsTxt Finish()
        {
            var rules = _named ? _own : _everyone;
            return new RobotsTxt([.. rules.All.OrderByDescending(static rule => rule.Pattern.Length).ThenByDescending(static rule => rule.Allows)], rules.Delay, _sitemaps);
        }

        // Consecutive lines begin one group; the groups of one crawler are one.
        private void OnAgent(ReadOnlySpan<char> value)
        {
            if (_sawRule)
                (_isOwn, _isEveryone, _sawRule) = (false, false, false);
            _isEveryone |= value is ['*'] or ['*', ' ' or '\t', ..];
            _isOwn |= TokenOf(value.ToString()).Equals(crawler, StringComparison.OrdinalIgnoreCase) && crawler.Length > 0;
            _named |= _isOwn;
        }

        private void OnRule(ReadOnlySpan<char> value, bool allows)
        {
            _sawRule = true;
            if (value.IsEmpty)
                return;
            if (_isOwn)
                _own.All.Add((new RobotsPattern(value.ToString()), allows));
            if (_isEveryone)
                _everyone.All.Add((new RobotsPattern(value.ToString()), allows));
        }

        private void OnDelay(double seconds)
        {
            var delay = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400));
            if (_isOwn)
                _own.Delay = delay;
            if (_isEveryone)
                _everyone.Delay = delay;
        }

        private sealed class Rules
        {
            internal List<(RobotsPattern Pattern, bool Allows)> All { get; } = [];

            internal TimeSpan? Delay { get; set; }
        }
    }
}
