using System.Collections.Concurrent;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Checks what was asked for, and makes the runner's message of it.</summary>
internal static class CommandRequest
{
    private const int MostInFrame = 256 << 10;

    // What MessagePack needs for a text's length, at most.
    private const int PerText = 5;

    // Variables of this process as the wire has them, made anew when one has changed.
    private static readonly ConcurrentDictionary<string, (string Value, byte[] Line)> Inherited = new(StringComparer.Ordinal);

    // From then on the runtime looks a variable up, which it would else search for among all and decode, ten times a command.
    static CommandRequest() => _ = Environment.GetEnvironmentVariables();

    /// <summary>Null, or what is wrong with it.</summary>
    internal static string? Refusal(CommandProtocol.Spawn spawn)
    {
        if (spawn.Arguments.Count == 0 || spawn.Arguments[0].Bytes.IsEmpty)
            return "The command names no program.";
        if (spawn.Arguments.Any(HasNul) || (spawn.Folder is { } folder && (folder.Bytes.IsEmpty || HasNul(folder))))
            return "An argument or the folder is empty or holds a NUL.";
        if (spawn.Environment is { } environment && environment.Variables.Any(static one => one.Key.Length == 0 || one.Key.Contains('=') || one.Key.Contains('\0') || HasNul(one.Value)))
            return "A variable's name is empty or holds '=', or a variable holds a NUL.";
        if ((spawn.Input == CommandInput.Descriptor) != (spawn.InputDescriptor is not null))
            return "A descriptor for the input comes with CommandInput.Descriptor, and only with it.";
        if (spawn.Output == CommandOutput.Terminal && spawn.Input != CommandInput.None)
            return "A terminal is the command's input as well: Input must be None.";
        if (spawn.Columns is < 1 or > ushort.MaxValue || spawn.Rows is < 1 or > ushort.MaxValue)
            return "A terminal has between 1 and 65535 columns and rows.";
        if (IsWrong(spawn.TotalTimeout, positive: true) || IsWrong(spawn.IdleTimeout, positive: true) || IsWrong(spawn.Grace, positive: false) || IsWrong(spawn.DrainTimeout, positive: false))
            return "A timeout must be above 0 and at most 24 days.";
        var limits = spawn.Limits;
        return limits.Memory < 0 || limits.ProcessorTime < 0 || limits.Processes < 0 || limits.Descriptors < 0 || limits.FileSize < 0 || limits.Output < 0
            ? "A limit is negative." : null;
    }

    internal static Transport.SpawnRequest Of(CommandProtocol.Spawn spawn, CommandSettings settings) => new(
        [.. spawn.Arguments.Select(static argument => argument.Bytes)],
        spawn.Folder?.Bytes ?? default,
        EnvironmentOf(spawn.Environment ?? CommandEnvironment.Default, settings, spawn),
        spawn.Input, spawn.Output, spawn.Columns, spawn.Rows,
        Milliseconds(spawn.TotalTimeout ?? TimeSpan.Zero),
        Milliseconds(spawn.Grace ?? settings.Grace), Milliseconds(spawn.DrainTimeout ?? settings.DrainTimeout),
        spawn.Limits);

    /// <summary>A sealed memory file with the request, where it is too long for a frame; null where it is not.</summary>
    /// <exception cref="SystemCallException">There is no descriptor or no memory left, or the limit of file size forbids it.</exception>
    internal static SafeDescriptor? Share(in Transport.SpawnRequest request, out int length)
    {
        length = 0;
        if (!OperatingSystem.IsLinux() || SizeOf(request.Arguments) + SizeOf(request.Environment) <= MostInFrame)
            return null;
        var body = Wire.Encode(request);
        length = body.Length;
        return Payload.Share(body.Span);
    }

    private static long SizeOf(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        long size = 0;
        for (var i = 0; i < texts.Count; i++)
            size += texts[i].Length + PerText;
        return size;
    }

    internal static int Milliseconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalMilliseconds), 0, int.MaxValue);

    private static List<ReadOnlyMemory<byte>> EnvironmentOf(CommandEnvironment environment, CommandSettings settings, CommandProtocol.Spawn spawn)
    {
        var lines = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var name in environment.Inherited ?? settings.Environment)
        {
            if (Inherit(name) is { } line)
                lines[name] = line;
        }
        if (spawn.Output == CommandOutput.Terminal && environment.Inherited is null)
            lines.TryAdd("TERM", "TERM=xterm-256color"u8.ToArray());
        foreach (var (name, value) in environment.Variables)
            lines[name] = (byte[])[.. Encoding.UTF8.GetBytes(name), (byte)'=', .. value.Bytes.Span];
        return [.. lines.Values];
    }

    private static byte[]? Inherit(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is not { } value)
            return null;
        if (!Inherited.TryGetValue(name, out var known) || known.Value != value)
            Inherited[name] = known = (value, Encoding.UTF8.GetBytes($"{name}={value}"));
        return known.Line;
    }

    private static bool HasNul(CommandText text) => text.Bytes.Span.Contains((byte)0);

    private static bool IsWrong(TimeSpan? time, bool positive) =>
        time is { } given && (given < TimeSpan.Zero || (positive && given == TimeSpan.Zero) || given.TotalMilliseconds > int.MaxValue);
}
