using ActorBrowser.Sandbox;

namespace ActorBrowser.Cli;

/// <summary>The options of <c>exec</c>.</summary>
internal sealed record ExecOptions(
    IReadOnlyList<CommandText> Arguments, string? Profile, string? Folder, IReadOnlyList<KeyValuePair<string, string>> Environment,
    TimeSpan? Timeout, TimeSpan? IdleTimeout, long Memory, bool Terminal, bool Json, IReadOnlyList<string> Read, bool Ask, string? Scratch, IReadOnlyList<string> Hosts)
{
    /// <summary>Whether it goes on without this process, in a running server.</summary>
    internal bool Detached { get; init; }

    /// <summary>Secrets by reference.</summary>
    internal IReadOnlyList<CommandSecret> Secrets { get; init; } = [];

    /// <summary>The profile; where hosts are granted, or may be asked about, one that has a named egress.</summary>
    internal string? ProfileOrNetworked => Profile ?? (Hosts.Count > 0 || Secrets.Count > 0 || Ask ? CommandRunners.Networked : null);

    /// <summary>Whether no server is used.</summary>
    internal bool Alone { get; init; }

    internal static KeyValuePair<string, string> ParseVariable(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? new(text[..equals], text[(equals + 1)..]) : throw new FormatException($"--env takes NAME=VALUE, not '{text}'.");
    }

    /// <summary>Null, or which secret's file a command could read.</summary>
    /// <param name="texts">As <see cref="ParseSecret"/> takes them.</param>
    /// <param name="granted">What the command may read: absolute paths, with everything below them.</param>
    internal static string? SeenFile(IEnumerable<string> texts, IReadOnlyList<string> granted)
    {
        const string mark = "=file:";
        foreach (var text in texts)
        {
            var (start, end) = (text.IndexOf(mark, StringComparison.Ordinal), text.LastIndexOf('@'));
            if (start < 0 || end < start)
                continue;
            var file = Path.GetFullPath(text[(start + mark.Length)..end]);
            var real = new LinkWalk().Resolve(file);
            if (granted.FirstOrDefault(path => new LinkWalk().Resolve(path) is var seen && (PolicyPaths.IsIn(real, seen) || PolicyPaths.IsIn(file, path))) is { } where)
                return $"--secret {text[..start]}: {file} is in {where}, which commands may read: keep it elsewhere.";
        }
        return null;
    }

    /// <summary>Reads <c>NAME=env:VARIABLE@HOST[:PORT]</c> or <c>NAME=file:PATH@HOST[:PORT]</c>.</summary>
    /// <exception cref="FormatException">It is neither, or the secret is not there, or wrong; the message does not contain the value.</exception>
    internal static CommandSecret ParseSecret(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var at = text.LastIndexOf('@');
        var colon = text.IndexOf(':', Math.Max(equals, 0));
        // What stands there may be the secret itself.
        if (equals <= 0 || colon < 0 || at < colon || at == text.Length - 1)
            throw new FormatException("--secret takes NAME=env:VARIABLE@HOST or NAME=file:PATH@HOST, with :PORT unless that is 443. The value itself is never on a command line, which others may read.");
        var (name, source, from, target) = (text[..equals], text[(equals + 1)..colon], text[(colon + 1)..at], text[(at + 1)..]);
        var bracket = target.LastIndexOf(']');
        var mark = target.IndexOf(':', Math.Max(bracket, 0));
        if (mark >= 0 && !int.TryParse(target.AsSpan(mark + 1), System.Globalization.NumberStyles.None, null, out _))
            throw new FormatException($"--secret {name}: '{target}' is not a host, or a host and a port.");
        var port = mark < 0 ? 443 : int.Parse(target.AsSpan(mark + 1), System.Globalization.NumberStyles.None, null);
        try
        {
            return new CommandSecret(name, ReadSecret(name, source, from), mark < 0 ? target : target[..mark], port);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"--secret: {(e.ParamName is { } parameter ? e.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal) : e.Message)}");
        }
    }

    private static string ReadSecret(string name, string source, string from)
    {
        switch (source)
        {
            case "env":
                return System.Environment.GetEnvironmentVariable(from) is { Length: > 0 } value ? value : throw new FormatException($"--secret {name}: the variable {from} is not set.");
            case "file":
                try
                {
                    using var file = new StreamReader(from);
                    var buffer = new char[CommandSecret.MostLength + 2];
                    return new string(buffer, 0, file.ReadBlock(buffer)).TrimEnd('\r', '\n');
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new FormatException($"--secret {name}: {from} cannot be read: {e.Message}");
                }
            default:
                throw new FormatException($"--secret {name}: a secret comes from env:VARIABLE or file:PATH.");
        }
    }

    internal static long ParseSize(string text)
    {
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        return long.TryParse(digits, System.Globalization.NumberStyles.None, null, out var size) && size is > 0 and < 1L << 32
            ? size << shift
            : throw new FormatException($"--memory takes a number of bytes, or one with K, M or G, not '{text}'.");
    }
}
