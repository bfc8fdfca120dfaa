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

    internal static long ParseSize(string text)
    {
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        return long.TryParse(digits, System.Globalization.NumberStyles.None, null, out var size) && size is > 0 and < 1L << 32
            ? size << shift
            : throw new FormatException($"--memory takes a number of bytes, or one with K, M or G, not '{text}'.");
    }
}
