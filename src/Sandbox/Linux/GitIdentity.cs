using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Copies from the user's git configuration only who commits. The file as a whole stays outside the world, as it may name credential
/// helpers, programs to run and addresses with a token.
/// </summary>
internal static class GitIdentity
{
    /// <summary>Its name in the home folder.</summary>
    internal const string FileName = ".gitconfig";

    private const int MostBytes = 1 << 20;
    private const int MostInValue = 256;

    private static readonly string[] Safe = ["user.name", "user.email", "init.defaultbranch"];

    /// <summary>Returns a configuration with these keys, in git's format; null if the user set none of them.</summary>
    /// <param name="home">The user's home.</param>
    internal static string? ConfigurationOf(string home)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in FilesOf(home))
            Read(file, found);
        if (found.Count == 0)
            return null;
        var text = new StringBuilder();
        foreach (var (key, value) in found)
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            text.Append('[').Append(key.AsSpan(0, dot)).Append("]\n\t").Append(key.AsSpan(dot + 1)).Append(" = ").Append(Quote(value)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The files to read, in git's order: a later value replaces an earlier one.</summary>
    /// <param name="home">The user's home.</param>
    internal static IReadOnlyList<string> FilesOf(string home)
    {
        var folder = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } given ? given : Path.Combine(home, ".config");
        return [Path.Combine(folder, "git", "config"), Path.Combine(home, FileName)];
    }

    private static void Read(string file, SortedDictionary<string, string> found)
    {
        var lines = new List<string>();
        try
        {
            using var content = RegularFile.TryOpen(file);
            if (content is null || content.Length > MostBytes)
                return;
            using var reader = new StreamReader(content);
            while (reader.ReadLine() is { } line)
                lines.Add(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without these keys, git itself tells the command that they are missing.
            return;
        }
        var section = "";
        foreach (var line in lines)
        {
            var text = line.AsSpan().Trim();
            if (text.StartsWith("["))
            {
                var end = text.IndexOf(']');
                section = end > 0 ? text[1..end].Trim().ToString().ToLowerInvariant() : "";
                text = end > 0 ? text[(end + 1)..].Trim() : default;
            }
            var equals = text.IndexOf('=');
            if (equals <= 0)
                continue;
            var key = $"{section}.{text[..equals].Trim().ToString().ToLowerInvariant()}";
            if (Safe.Contains(key) && ValueOf(text[(equals + 1)..].Trim()) is { Length: > 0 and <= MostInValue } value)
                found[key] = value;
        }
    }

    // Quotes, escapes and comments as in git-config(1). A value that continues on the next line or has an invalid escape is left out.
    private static string? ValueOf(ReadOnlySpan<char> text)
    {
        var value = new StringBuilder();
        var quoted = false;
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"')
            {
                quoted = !quoted;
                continue;
            }
            if (!quoted && c is '#' or ';')
                break;
            if (c == '\\')
            {
                if (++i == text.Length || text[i] is not ('"' or '\\'))
                    return null;
                c = text[i];
            }
            if (char.IsControl(c) && c != '\t')
                return null;
            value.Append(c);
            // Trailing blanks count only if quoted.
            if (quoted || !char.IsWhiteSpace(c))
                length = value.Length;
        }
        return quoted ? null : value.ToString(0, length);
    }

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
