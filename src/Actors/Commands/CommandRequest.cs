using System.Collections.Concurrent;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Checks a Spawn, and builds the runner's message from it.</summary>
internal static class CommandRequest
{
    // The kernel's own limit is 6 MiB.
    private const long MostBytes = 8 << 20;
    private const int TooLong = 7;

    private const int MostInFrame = 256 << 10;

    // The most that MessagePack adds for a text's length.
    private const int PerText = 5;

    // This process's variables in wire format, encoded again when one changes.
    private static readonly ConcurrentDictionary<string, (string Value, byte[] Line)> Inherited = new(StringComparer.Ordinal);

    // After this call the runtime looks up a single variable; before it, each lookup searches and decodes all, ten times a command.
    static CommandRequest() => _ = Environment.GetEnvironmentVariables();

    /// <summary>Null, or what is wrong and the errno that the system would give for it.</summary>
    internal static (int Errno, string Message)? Problem(CommandProtocol.Spawn spawn)
    {
        if ((ProblemOfTexts(spawn) ?? ProblemOfStreams(spawn) ?? ProblemOfTimes(spawn) ?? ProblemOfSecrets(spawn)) is { } problem)
            return (0, problem);
        var size = SizeOf(spawn.Arguments) + (spawn.Environment?.Variables.Sum(static one => (long)one.Key.Length + one.Value.Bytes.Length) ?? 0);
        return size > MostBytes ? (TooLong, $"The arguments and the environment have {size} bytes; at most {MostBytes} are allowed, and the system may allow less.") : null;
    }

    private static string? ProblemOfTexts(CommandProtocol.Spawn spawn)
    {
        if (spawn.Arguments is null || spawn.Arguments.Count == 0 || spawn.Arguments[0].Bytes.IsEmpty)
            return "The command names no program.";
        for (var i = 0; i < spawn.Arguments.Count; i++)
        {
            if (HasNul(spawn.Arguments[i]))
                return $"Argument {i} holds a NUL.";
        }
        if (spawn.Folder is { } folder && (folder.Bytes.IsEmpty || HasNul(folder)))
            return "The folder is empty or holds a NUL.";
        if (spawn.SpillFile is { } file && (file.Length == 0 || file.Contains('\0', StringComparison.Ordinal)))
            return "The spill file's name is empty or holds a NUL.";
        if (spawn.Scratch is { } scratch && ScratchFolder.Problem(scratch) is { } problem)
            return problem;
        if (spawn.Read?.Contains(null!) ?? false)
            return "A path in Read is null.";
        if (OperatingSystem.IsWindows() && spawn.Read is { Count: > 0 })
            return "Read grants nothing here: on Windows nothing keeps a command from a file that this user may read.";
        if (spawn.Read?.FirstOrDefault(static path => path.Length < 2 || path[0] != '/' || path.Contains('\0') || path.Contains('\n') || path.Split('/').Contains("..")) is { } wrong)
            return $"'{wrong}' cannot be granted to Read: give an absolute path below /, without '..'.";
        if (spawn.Environment is not { } environment)
            return null;
        if (environment.Variables is null || (environment.Inherited?.Any(static name => name is null) ?? false))
            return "The environment's variables, or one of its inherited names, is null.";
        return environment.Variables.Any(static one => one.Key.Length == 0 || one.Key.Contains('=') || one.Key.Contains('\0') || HasNul(one.Value))
            ? "A variable's name is empty or holds '=', or a variable holds a NUL."
            : OperatingSystem.IsWindows() ? ProblemOfCase(environment.Variables.Keys) : null;
    }

    /// <summary>Null, or which two of these names are one on Windows: which of their values the command would get, nothing says.</summary>
    internal static string? ProblemOfCase(IEnumerable<string> names)
    {
        var known = new Dictionary<string, string>(WindowsEnvironment.Names);
        foreach (var name in names)
        {
            if (!known.TryAdd(name, name))
                return $"The variables {known[name]} and {name} are one variable on Windows: give it once.";
        }
        return null;
    }

    private static string? ProblemOfStreams(CommandProtocol.Spawn spawn)
    {
        if (spawn.Input is < CommandInput.None or > CommandInput.Descriptor)
            return $"Input is {(int)spawn.Input}, which CommandInput does not define.";
        if (spawn.Output is < CommandOutput.Piped or > CommandOutput.Terminal)
            return $"Output is {(int)spawn.Output}, which CommandOutput does not define.";
        if (spawn.Egress is { } rules && EgressRules.Problem(rules) is { } problem)
            return problem;
        if (spawn.OnRefusal is { } mode && !Enum.IsDefined(mode))
            return $"OnRefusal is {(int)mode}, which RefusalMode does not define.";
        if ((spawn.Input == CommandInput.Descriptor) != (spawn.InputDescriptor is not null))
            return "InputDescriptor must be given with CommandInput.Descriptor, and only with it.";
        if (spawn.InputDescriptor is { } descriptor && (descriptor.IsInvalid || descriptor.IsClosed))
            return "InputDescriptor is closed.";
        if (spawn.InputDescriptor is { } input && StandardInput.UnfitFor(input.Value) is { } unfit)
            return $"InputDescriptor is {unfit}";
        if (spawn.Output == CommandOutput.Terminal && spawn.Input != CommandInput.None)
            return "A terminal is the command's input as well: Input must be None.";
        if (spawn.Columns is < 1 or > ushort.MaxValue || spawn.Rows is < 1 or > ushort.MaxValue)
            return "A terminal must have between 1 and 65535 columns and rows.";
        return spawn.Subscription is { } subscription ? CommandChecks.Problem(subscription) : null;
    }

    // The command would have what the secret is to keep from it.
    private static string? ProblemOfSecrets(CommandProtocol.Spawn spawn)
    {
        if (spawn.Secrets is not { Count: > 0 } secrets)
            return null;
        if (SessionSecrets.Problem(secrets) is { } problem)
            return problem;
        foreach (var secret in secrets)
        {
            var value = Encoding.ASCII.GetBytes(secret.Value);
            if (spawn.Arguments.Any(argument => argument.Bytes.Span.IndexOf(value) >= 0))
                return $"An argument holds the value of the secret {secret.Name}: write ${secret.Name}, which holds its placeholder.";
            if (spawn.Environment?.Variables is not { } variables)
                continue;
            if (variables.ContainsKey(secret.Name))
                return $"The variable {secret.Name} and the secret {secret.Name} have the same name.";
            foreach (var (name, content) in variables)
            {
                if (content.Bytes.Span.IndexOf(value) >= 0)
                    return $"The variable {name} holds the value of the secret {secret.Name}, which the command is not to have.";
            }
        }
        return null;
    }

    private static string? ProblemOfTimes(CommandProtocol.Spawn spawn)
    {
        if (CommandChecks.IsWrong(spawn.TotalTimeout, positive: true) || CommandChecks.IsWrong(spawn.IdleTimeout, positive: true))
            return "A timeout must be above 0 and at most 24 days.";
        if (CommandChecks.IsWrong(spawn.Grace, positive: false) || CommandChecks.IsWrong(spawn.DrainTimeout, positive: false))
            return "The grace and the drain timeout must be between 0 and 24 days.";
        var limits = spawn.Limits;
        return limits.Memory < 0 || limits.ProcessorTime < 0 || limits.Processes < 0 || limits.Descriptors < 0 || limits.FileSize < 0 || limits.Output < 0
            ? "A limit is negative." : null;
    }

    internal static Transport.SpawnRequest Of(CommandProtocol.Spawn spawn, CommandSettings settings, string? temporary, IReadOnlyList<KeyValuePair<string, string>> egress) => new(
        [.. spawn.Arguments.Select(static argument => argument.Bytes)],
        spawn.Folder?.Bytes ?? default,
        EnvironmentOf(spawn.Environment ?? CommandEnvironment.Default, settings, spawn, temporary, egress),
        spawn.Input, spawn.Output, spawn.Columns, spawn.Rows,
        Milliseconds(spawn.TotalTimeout ?? TimeSpan.Zero),
        Milliseconds(spawn.Grace ?? settings.Grace), Milliseconds(spawn.DrainTimeout ?? settings.DrainTimeout),
        spawn.Limits);

    /// <summary>Puts the request into a sealed memory file if it is too long for a frame; else returns null.</summary>
    /// <exception cref="SystemCallException">No descriptor or memory is left, or the file size limit is too low.</exception>
    internal static SafeDescriptor? Share(in Transport.SpawnRequest request, out int length)
    {
        length = 0;
        if (!OperatingSystem.IsLinux() || SizeOf(request.Arguments) + SizeOf(request.Environment) <= MostInFrame)
            return null;
        var body = Wire.Encode(request);
        length = body.Length;
        return Payload.Share(body.Span);
    }

    private static long SizeOf(IReadOnlyList<CommandText> texts)
    {
        long size = 0;
        for (var i = 0; i < texts.Count; i++)
            size += texts[i].Bytes.Length;
        return size;
    }

    private static long SizeOf(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        long size = 0;
        for (var i = 0; i < texts.Count; i++)
            size += texts[i].Length + PerText;
        return size;
    }

    internal static int Milliseconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalMilliseconds), 0, int.MaxValue);

    private static List<ReadOnlyMemory<byte>> EnvironmentOf(CommandEnvironment environment, CommandSettings settings, CommandProtocol.Spawn spawn, string? temporary, IReadOnlyList<KeyValuePair<string, string>> egress)
    {
        // PATH and Path are one variable on Windows.
        var lines = new Dictionary<string, ReadOnlyMemory<byte>>(OperatingSystem.IsWindows() ? WindowsEnvironment.Names : StringComparer.Ordinal);
        foreach (var name in environment.Inherited ?? (OperatingSystem.IsWindows() ? [.. settings.Environment, .. settings.WindowsEnvironment] : settings.Environment))
        {
            if (temporary is not null && (name == "TMPDIR" || (OperatingSystem.IsWindows() && name.ToUpperInvariant() is "TEMP" or "TMP" or "TMPDIR")))
                lines[name] = Encoding.UTF8.GetBytes($"{name}={temporary}");
            else if (Inherit(name) is { } line && !HoldsSecret(spawn, line))
                lines[name] = line;
        }
        if (spawn.Output == CommandOutput.Terminal && environment.Inherited is null)
            lines.TryAdd("TERM", "TERM=xterm-256color"u8.ToArray());
        foreach (var (name, value) in egress)
            lines[name] = Encoding.UTF8.GetBytes($"{name}={value}");
        foreach (var (name, value) in environment.Variables)
            lines[name] = (byte[])[.. Encoding.UTF8.GetBytes(name), (byte)'=', .. value.Bytes.Span];
        return [.. lines.Values];
    }

    private static bool HoldsSecret(CommandProtocol.Spawn spawn, byte[] line) =>
        spawn.Secrets is { Count: > 0 } secrets && secrets.Any(secret => line.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret.Value)) >= 0);

    private static byte[]? Inherit(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is not { } value)
            return null;
        if (!Inherited.TryGetValue(name, out var known) || known.Value != value)
            Inherited[name] = known = (value, Encoding.UTF8.GetBytes($"{name}={value}"));
        return known.Line;
    }

    private static bool HasNul(CommandText text) => text.Bytes.Span.Contains((byte)0);
}
