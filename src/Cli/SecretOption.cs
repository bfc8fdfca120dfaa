using System.CommandLine;
using System.Globalization;
using ActorBrowser.Sandbox;

namespace ActorBrowser.Cli;

/// <summary><c>--secret NAME=env:VARIABLE@HOST[:PORT]</c>, or with <c>file:PATH</c>.</summary>
internal static class SecretOption
{
    private const int Https = 443;

    /// <summary>The option.</summary>
    internal static Option<string[]> Create(string description) =>
        new("--secret") { Description = description, HelpName = "NAME=env:VARIABLE@HOST", AllowMultipleArgumentsPerToken = false };

    /// <summary>Reads the secrets.</summary>
    /// <param name="texts">As they were typed; null for none.</param>
    /// <param name="granted">What the command may read: absolute paths, with everything below them.</param>
    /// <exception cref="FormatException">One is wrong, is not there, or is in a file that the command may read; the message does not contain the value.</exception>
    internal static IReadOnlyList<CommandSecret> Read(string[]? texts, IReadOnlyList<string> granted) => [.. (texts ?? []).Select(text => Read(text, granted))];

    private static CommandSecret Read(string text, IReadOnlyList<string> granted)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var at = text.LastIndexOf('@');
        var colon = text.IndexOf(':', Math.Max(equals, 0));
        // What stands there may be the secret itself.
        if (equals <= 0 || colon < 0 || at < colon || at == text.Length - 1)
            throw new FormatException("--secret takes NAME=env:VARIABLE@HOST or NAME=file:PATH@HOST, with :PORT unless that is 443. The value itself is never on a command line, which others may read.");
        var (name, source, from, target) = (text[..equals], text[(equals + 1)..colon], text[(colon + 1)..at], text[(at + 1)..]);
        var mark = target.IndexOf(':', Math.Max(target.LastIndexOf(']'), 0));
        var port = Https;
        if (mark >= 0 && !int.TryParse(target.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            throw new FormatException($"--secret {name}: '{target}' is not a host, or a host and a port.");
        try
        {
            return new CommandSecret(name, ValueOf(name, source, from, granted), mark < 0 ? target : target[..mark], port);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"--secret: {(e.ParamName is { } parameter ? e.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal) : e.Message)}");
        }
    }

    private static string ValueOf(string name, string source, string from, IReadOnlyList<string> granted) => source switch
    {
        "env" => Environment.GetEnvironmentVariable(from) is { Length: > 0 } value ? value : throw new FormatException($"--secret {name}: the variable {from} is not set."),
        "file" => OfFile(name, from, granted),
        _ => throw new FormatException($"--secret {name}: a secret comes from env:VARIABLE or file:PATH."),
    };

    private static string OfFile(string name, string path, IReadOnlyList<string> granted)
    {
        var file = Path.GetFullPath(path);
        var real = new LinkWalk().Resolve(file);
        if (granted.FirstOrDefault(path => PolicyPaths.IsIn(file, path) || PolicyPaths.IsIn(real, new LinkWalk().Resolve(path))) is { } where)
            throw new FormatException($"--secret {name}: {file} is in {where}, which commands may read: keep it elsewhere.");
        try
        {
            using var content = new StreamReader(file);
            var buffer = new char[CommandSecret.MostLength + 2];
            return new string(buffer, 0, content.ReadBlock(buffer)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"--secret {name}: {path} cannot be read: {e.Message}");
        }
    }
}
