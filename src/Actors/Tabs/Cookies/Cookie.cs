using System.Globalization;

namespace ActorBrowser;

internal enum SameSite
{
    /// <summary>Missing or unknown: treated as Lax.</summary>
    Default,
    None,
    Lax,
    Strict,
}

/// <summary>By what a cookie replaces another.</summary>
internal readonly record struct CookieKey(string Name, string Domain, bool IsHostOnly, string Path);

/// <summary>A cookie as parsed from a Set-Cookie field (RFC 6265bis, 5.6), before the jar decides whether to keep it.</summary>
internal sealed class Cookie
{
    internal const int LongestPair = 4096;
    internal const int LongestAttribute = 1024;

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(400);

    internal required string Name { get; init; }

    internal required string Value { get; init; }

    /// <summary>As in the field, without a leading dot, in lower case; empty for none.</summary>
    internal string Domain { get; set; } = "";

    internal bool IsHostOnly { get; set; }

    /// <summary>The registrable domain of its domain.</summary>
    internal string Site { get; set; } = "";

    /// <summary>Null for the default: the request's own path.</summary>
    internal string? Path { get; set; }

    internal bool IsSecure { get; set; }

    /// <summary>Whether scripts may not see it.</summary>
    internal bool IsHttpOnly { get; set; }

    internal SameSite SameSite { get; set; }

    /// <summary>Null to live as long as the jar.</summary>
    internal DateTimeOffset? Expires { get; set; }

    internal CookieKey Key => new(Name, Domain, IsHostOnly, Path ?? "/");

    internal long Created { get; set; }

    internal long LastUsed { get; set; }

    /// <summary>Parses a field; null if browsers ignore it.</summary>
    /// <param name="field">Its value, one character a byte.</param>
    /// <param name="now">The time.</param>
    internal static Cookie? Parse(string field, DateTimeOffset now)
    {
        foreach (var c in field)
        {
            if (c is < ' ' and not '\t' or '\x7F')
                return null;
        }
        var parts = field.Split(';');
        var equals = parts[0].IndexOf('=');
        var name = equals < 0 ? "" : Trim(parts[0][..equals]);
        var value = Trim(parts[0][(equals + 1)..]);
        if (name.Length + value.Length is 0 or > LongestPair)
            return null;
        var cookie = new Cookie { Name = name, Value = value };
        DateTimeOffset? expires = null;
        DateTimeOffset? maxAge = null;
        foreach (var part in parts.AsSpan(1))
        {
            var at = part.IndexOf('=');
            var attribute = Trim(at < 0 ? part : part[..at]).ToLowerInvariant();
            var argument = at < 0 ? "" : Trim(part[(at + 1)..]);
            if (argument.Length > LongestAttribute)
                continue;
            switch (attribute)
            {
                case "expires":
                    expires = CookieDate.Parse(argument) ?? expires;
                    break;
                case "max-age":
                    maxAge = MaxAge(argument, now) ?? maxAge;
                    break;
                case "domain":
                    cookie.Domain = (argument.StartsWith('.') ? argument[1..] : argument).ToLowerInvariant();
                    break;
                case "path":
                    cookie.Path = argument.StartsWith('/') ? argument : null;
                    break;
                case "secure":
                    cookie.IsSecure = true;
                    break;
                case "httponly":
                    cookie.IsHttpOnly = true;
                    break;
                case "samesite":
                    cookie.SameSite = argument.ToLowerInvariant() switch { "none" => SameSite.None, "lax" => SameSite.Lax, "strict" => SameSite.Strict, _ => SameSite.Default };
                    break;
                default:
                    break;
            }
        }
        cookie.Expires = (maxAge ?? expires) is { } end && end > now + LongestLife ? now + LongestLife : maxAge ?? expires;
        return cookie;
    }

    internal bool IsExpired(DateTimeOffset now) => Expires <= now;

    /// <summary>Whether it satisfies the rules of its name's prefix.</summary>
    internal bool KeepsPrefix()
    {
        var named = Name.Length > 0 ? Name : Value;
        var http = Begins(named, "__Http-") || Begins(named, "__Host-Http-");
        var secure = http || Begins(named, "__Secure-");
        var host = Begins(named, "__Host-");
        if (Name.Length == 0)
            return !secure && !host;
        return (!secure || IsSecure) && (!host || (IsSecure && Domain.Length == 0 && Path == "/")) && (!http || IsHttpOnly);
    }

    private static bool Begins(string name, string prefix) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset? MaxAge(string text, DateTimeOffset now)
    {
        var digits = text.StartsWith('-') ? text[1..] : text;
        if (digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return null;
        if (text[0] == '-')
            return DateTimeOffset.MinValue;
        var seconds = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : long.MaxValue;
        return seconds == 0 ? DateTimeOffset.MinValue : now + TimeSpan.FromSeconds(Math.Min(seconds, (long)LongestLife.TotalSeconds));
    }

    private static string Trim(string text) => text.Trim(' ', '\t');
}
