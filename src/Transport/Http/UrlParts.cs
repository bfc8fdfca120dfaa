using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>A URL while it is parsed: the standard's state machine, with a method for each group of states.</summary>
internal sealed class UrlParts(Encoding? encoding)
{
    internal string Scheme { get; private set; } = "";

    internal string Username { get; private set; } = "";

    internal string Password { get; private set; } = "";

    internal string? Host { get; private set; }

    internal int Port { get; private set; } = -1;

    internal List<string> Path { get; private set; } = [];

    internal string? Opaque { get; private set; }

    internal string? Query { get; set; }

    internal string? Fragment { get; set; }

    private bool IsSpecial => DefaultPort(Scheme) >= 0 || Scheme == "file";

    internal static int DefaultPort(string scheme) => scheme switch
    {
        "http" or "ws" => 80,
        "https" or "wss" => 443,
        "ftp" => 21,
        _ => -1,
    };

    internal bool Read(string input, WebUrl? relativeTo)
    {
        var text = Clean(input);
        var colon = SchemeEnd(text);
        if (colon > 0)
        {
            Scheme = text[..colon].ToLowerInvariant();
            return ReadAfterScheme(text[(colon + 1)..], relativeTo);
        }
        if (relativeTo is null || (relativeTo.IsOpaque && !text.StartsWith('#')))
            return false;
        Scheme = relativeTo.Scheme;
        return Scheme == "file" ? ReadFile(text, relativeTo) : ReadRelative(text, relativeTo);
    }

    internal void CopyFrom(WebUrl other)
    {
        (Scheme, Username, Password, Host, Port) = (other.Scheme, other.Username, other.Password, other.Host, other.ExplicitPort);
        if (other.IsOpaque)
            Opaque = other.Path;
        else
            Path = other.Path.Length == 0 ? [] : [.. other.Path[1..].Split('/')];
    }

    // Removes spaces and controls around the URL, and tabs and line breaks anywhere.
    private static string Clean(string input)
    {
        var text = input.AsSpan();
        while (text.Length > 0 && text[0] <= ' ')
            text = text[1..];
        while (text.Length > 0 && text[^1] <= ' ')
            text = text[..^1];
        if (text.IndexOfAny('\t', '\n', '\r') < 0)
            return text.ToString();
        var kept = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is not ('\t' or '\n' or '\r'))
                kept.Append(c);
        }
        return kept.ToString();
    }

    private static int SchemeEnd(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter(text[0]))
            return -1;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == ':')
                return i;
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.'))
                return -1;
        }
        return -1;
    }

    private bool ReadAfterScheme(string rest, WebUrl? relativeTo)
    {
        if (Scheme == "file")
            return ReadFile(rest, relativeTo?.Scheme == "file" ? relativeTo : null);
        if (IsSpecial)
        {
            return relativeTo?.Scheme == Scheme && !rest.StartsWith("//", StringComparison.Ordinal)
                ? ReadRelative(rest, relativeTo)
                : ReadAuthority(rest.TrimStart('/', '\\'));
        }
        if (rest.StartsWith("//", StringComparison.Ordinal))
            return ReadAuthority(rest[2..]);
        if (rest.StartsWith('/'))
            return ReadPath(rest);
        var (path, tail) = Cut(rest, "?#");
        Opaque = PercentEncoding.Encode(path, PercentEncoding.Control);
        return ReadTail(tail);
    }

    private bool ReadRelative(string rest, WebUrl relativeTo)
    {
        if (rest.Length > 0 && IsSlash(rest[0]))
        {
            if (rest.Length > 1 && (IsSpecial ? IsSlash(rest[1]) : rest[1] == '/'))
                return ReadAuthority(IsSpecial ? rest.TrimStart('/', '\\') : rest[2..]);
            CopyFrom(relativeTo);
            Path = [];
            return ReadPath(rest);
        }
        CopyFrom(relativeTo);
        if (rest.Length == 0 || rest[0] is '?' or '#')
        {
            Query = relativeTo.Query;
            return ReadTail(rest);
        }
        Shorten();
        return ReadPath(rest, continues: true);
    }

    private bool ReadAuthority(string rest)
    {
        var (authority, tail) = Cut(rest, IsSpecial ? "/\\?#" : "/?#");
        if (authority.LastIndexOf('@') is var at and >= 0)
        {
            var credentials = authority[..at];
            authority = authority[(at + 1)..];
            if (authority.Length == 0)
                return false;
            var colon = credentials.IndexOf(':');
            Username = PercentEncoding.Encode(colon < 0 ? credentials : credentials[..colon], PercentEncoding.UserInfo);
            Password = colon < 0 ? "" : PercentEncoding.Encode(credentials[(colon + 1)..], PercentEncoding.UserInfo);
        }
        var port = PortColon(authority);
        var host = port < 0 ? authority : authority[..port];
        if (host.Length == 0 && (IsSpecial || port >= 0))
            return false;
        if (!UrlHost.TryParse(host, IsSpecial, out var parsed) || (port >= 0 && !ReadPort(authority.AsSpan(port + 1))))
            return false;
        Host = parsed;
        return ReadPath(tail);
    }

    // The first colon outside brackets.
    private static int PortColon(string authority)
    {
        var inside = false;
        for (var i = 0; i < authority.Length; i++)
        {
            if (authority[i] == ':' && !inside)
                return i;
            inside = authority[i] == '[' || (inside && authority[i] != ']');
        }
        return -1;
    }

    private bool ReadPort(ReadOnlySpan<char> digits)
    {
        var port = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c) || (port = port * 10 + c - '0') > 65535)
                return false;
        }
        Port = digits.IsEmpty || port == DefaultPort(Scheme) ? -1 : port;
        return true;
    }

    private bool ReadFile(string rest, WebUrl? relativeTo)
    {
        Host = "";
        if (rest.Length > 1 && IsSlash(rest[0]) && IsSlash(rest[1]))
        {
            var (host, tail) = Cut(rest[2..], "/\\?#");
            if (IsDriveLetter(host))
                return ReadPath(rest[2..]);
            if (host.Length == 0)
                return ReadPath(tail);
            if (!UrlHost.TryParse(host, special: true, out var parsed))
                return false;
            Host = parsed == "localhost" ? "" : parsed;
            return ReadPath(tail);
        }
        if (relativeTo is null)
            return ReadPath(rest);
        if (rest.Length > 0 && IsSlash(rest[0]))
        {
            Host = relativeTo.Host;
            if (!StartsWithDrive(rest[1..]) && relativeTo.Path is ['/', _, ':', ..] && IsDriveLetter(relativeTo.Path[1..3]) && relativeTo.Path is [_, _, _] or [_, _, _, '/', ..])
                Path.Add(relativeTo.Path[1..3]);
            return ReadPath(rest);
        }
        CopyFrom(relativeTo);
        if (rest.Length == 0 || rest[0] is '?' or '#')
        {
            Query = relativeTo.Query;
            return ReadTail(rest);
        }
        if (StartsWithDrive(rest))
            Path = [];
        else
            Shorten();
        return ReadPath(rest, continues: true);
    }

    private bool ReadPath(string rest, bool continues = false)
    {
        var (path, tail) = Cut(rest, "?#");
        if (path.Length > 0 || IsSpecial)
        {
            var start = !continues && path.Length > 0 && IsSlash(path[0]) ? 1 : 0;
            while (true)
            {
                var end = start;
                while (end < path.Length && !IsSlash(path[end]))
                    end++;
                AddSegment(path[start..end], isLast: end == path.Length);
                if (end == path.Length)
                    break;
                start = end + 1;
            }
        }
        return ReadTail(tail);
    }

    private void AddSegment(string segment, bool isLast)
    {
        switch (Dots(segment))
        {
            case 2:
                Shorten();
                if (isLast)
                    Path.Add("");
                return;
            case 1:
                if (isLast)
                    Path.Add("");
                return;
            default:
                if (Scheme == "file" && Path.Count == 0 && IsDriveLetter(segment))
                    segment = $"{segment[0]}:";
                Path.Add(PercentEncoding.Encode(segment, PercentEncoding.Path));
                return;
        }
    }

    // 1 for ".", 2 for "..", percent-encoded or not; 0 for anything else.
    private static int Dots(string segment)
    {
        if (segment.Length is 0 or > 6)
            return 0;
        var text = segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
        return text is "." ? 1 : text is ".." ? 2 : 0;
    }

    private void Shorten()
    {
        if (Path.Count > 0 && !(Scheme == "file" && Path.Count == 1 && Path[0] is [_, ':'] && IsDriveLetter(Path[0])))
            Path.RemoveAt(Path.Count - 1);
    }

    private bool ReadTail(string tail)
    {
        var fragment = tail.IndexOf('#');
        if (fragment >= 0)
            Fragment = PercentEncoding.Encode(tail[(fragment + 1)..], PercentEncoding.Fragment);
        if (tail.StartsWith('?'))
        {
            Query = PercentEncoding.Encode(tail[1..(fragment < 0 ? tail.Length : fragment)],
                IsSpecial ? PercentEncoding.SpecialQuery : PercentEncoding.Query, IsSpecial && Scheme is not ("ws" or "wss") ? encoding : null);
        }
        return true;
    }

    private bool IsSlash(char c) => c == '/' || (c == '\\' && IsSpecial);

    private static bool IsDriveLetter(string text) => text is [_, ':' or '|'] && char.IsAsciiLetter(text[0]);

    private static bool StartsWithDrive(string text) =>
        text.Length >= 2 && IsDriveLetter(text[..2]) && (text.Length == 2 || text[2] is '/' or '\\' or '?' or '#');

    private static (string Head, string Tail) Cut(string text, string ends)
    {
        var at = text.AsSpan().IndexOfAny(ends);
        return at < 0 ? (text, "") : (text[..at], text[at..]);
    }
}
