using System.Globalization;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A command's status.</summary>
public enum CommandStatus
{
    /// <summary>The command runs, or its output is still arriving.</summary>
    Running,

    /// <summary>The command ended by itself.</summary>
    Exited,

    /// <summary>The command was ended: on request, at a limit, or with its runner.</summary>
    Killed,

    /// <summary>The command exceeded its total or idle timeout.</summary>
    TimedOut,
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 to 255; null if a signal ended it. On Windows any number; an NTSTATUS, such as 0xC0000005, is negative.</param>
/// <param name="Signal">The signal; null if it exited.</param>
/// <param name="CoreDumped">Whether it left a core dump.</param>
/// <param name="Cause">Why it ended.</param>
/// <param name="UserTime">Processor time in user mode, of the command and the descendants it waited for.</param>
/// <param name="SystemTime">Processor time in the kernel, of the same processes.</param>
/// <param name="PeakMemory">The largest resident set, in bytes; the kernel counts the runner's at the start, so it is at least that.</param>
/// <param name="WallTime">From its start to its end.</param>
/// <param name="EndedAt">In UTC.</param>
public sealed record CommandExit(
    int? ExitCode, int? Signal, bool CoreDumped, ExitCause Cause, TimeSpan UserTime, TimeSpan SystemTime, long PeakMemory, TimeSpan WallTime, DateTimeOffset EndedAt)
{
    /// <summary>For a failed command: one sentence on what its sandbox refused; null for nothing. Set when the command is closed.</summary>
    public string? Blocked { get; init; }

    /// <summary>Whether all of <see cref="Blocked"/> stands on the command's stderr already.</summary>
    internal bool IsBlockedTold { get; init; }

    /// <summary>
    /// Protected names of its folder, such as ".vscode" or ".git/hooks", that exist now but did not when its world was made, or that
    /// were then another link. Other programs may later execute what the command put there. Set when the command is closed.
    /// </summary>
    public IReadOnlyList<string> Appeared { get; init; } = [];

    /// <summary>What confined it; null if its runner, or its node, was lost before it was started.</summary>
    public CommandConfinement? Confinement { get; init; }

    /// <summary>The exit code as a shell reports it, or 128 + the signal.</summary>
    public int ShellCode => ExitCode ?? 128 + (Signal ?? 0);

    internal static CommandExit From(in Exit exit) => new(
        exit.ExitCode < 0 && !OperatingSystem.IsWindows() ? null : exit.ExitCode, exit.Signal == 0 ? null : exit.Signal, exit.CoreDumped, exit.Cause,
        exit.UserTime, exit.SystemTime, exit.PeakMemory,
        exit.WallTime, DateTimeOffset.UtcNow);
}

/// <summary>The layers of confinement with which a command was started: its runner has measured them, and its programs inherit them.</summary>
/// <param name="Layers">The names of those in force, such as "system-calls" or "job".</param>
/// <param name="Missing">For each layer that the profile prefers and that this machine lacks, a sentence with its name and why.</param>
public sealed record CommandConfinement(IReadOnlyList<string> Layers, IReadOnlyList<string> Missing)
{
    /// <summary>Whether the other one names the same, in the same order.</summary>
    public bool Equals(CommandConfinement? other) =>
        other is not null && Layers.SequenceEqual(other.Layers, StringComparer.Ordinal) && Missing.SequenceEqual(other.Missing, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Layers.Count, Missing.Count, Layers.Count > 0 ? Layers[0].GetHashCode(StringComparison.Ordinal) : 0);
}

/// <summary>Retained output: all of it, or its head and tail and the number of bytes dropped between them.</summary>
/// <param name="Head">The beginning.</param>
/// <param name="Gap">The number of bytes dropped after the head; 0 for none.</param>
/// <param name="Tail">The end.</param>
public sealed record RetainedOutput(ReadOnlyMemory<byte> Head, long Gap, ReadOnlyMemory<byte> Tail)
{
    /// <summary>All retained bytes in order.</summary>
    public ReadOnlyMemory<byte> Bytes => Tail.IsEmpty ? Head : (byte[])[.. Head.Span, .. Tail.Span];

    /// <summary>The bytes as UTF-8, with a note where bytes were dropped.</summary>
    public override string ToString() => Gap == 0
        ? Encoding.UTF8.GetString(Bytes.Span)
        : Encoding.UTF8.GetString(Head.Span) + string.Create(CultureInfo.InvariantCulture, $"\n[… {Gap} bytes not kept …]\n") + Encoding.UTF8.GetString(Tail.Span);
}

/// <summary>A command's state at one moment.</summary>
/// <param name="Handle">The command's handle in the registry.</param>
/// <param name="Command">The command line, for display.</param>
/// <param name="Status">The command's status.</param>
/// <param name="ProcessId">Its pid.</param>
/// <param name="StartedAt">In UTC.</param>
/// <param name="EndedAt">In UTC; null while it runs.</param>
/// <param name="Exit">How it ended; null while it runs.</param>
/// <param name="Output">Standard output so far.</param>
/// <param name="Error">Standard error so far.</param>
/// <param name="Position">The length of the output so far, both streams together, in bytes.</param>
public sealed record CommandSnapshot(
    string Handle, string Command, CommandStatus Status, int ProcessId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    CommandExit? Exit, RetainedOutput Output, RetainedOutput Error, long Position) : CommandProtocol.IEvent
{
    /// <summary>The status as text: <c>running</c>, <c>exited</c>, <c>killed</c>, <c>timed_out</c>.</summary>
    public string StatusText => Status switch
    {
        CommandStatus.Running => "running",
        CommandStatus.Exited => "exited",
        CommandStatus.Killed => "killed",
        _ => "timed_out",
    };

    /// <summary>The start time, as RFC 3339 in UTC.</summary>
    public string StartedAtText => Rfc3339(StartedAt);

    /// <summary>The end time, as RFC 3339 in UTC; null while it runs.</summary>
    public string? EndedAtText => EndedAt is { } ended ? Rfc3339(ended) : null;

    private static string Rfc3339(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>A command's environment.</summary>
public sealed record CommandEnvironment
{
    private CommandEnvironment(IReadOnlyList<string>? inherited) => Inherited = inherited;

    /// <summary>Inherits nothing.</summary>
    public static CommandEnvironment Nothing { get; } = new([]);

    /// <summary>Inherits the variables in the configuration's list.</summary>
    public static CommandEnvironment Default { get; } = new(inherited: null);

    /// <summary>Names of variables to inherit if set; null for the configuration's list.</summary>
    public IReadOnlyList<string>? Inherited { get; }

    /// <summary>Variables to set, replacing inherited ones.</summary>
    public IReadOnlyDictionary<string, CommandText> Variables { get; init; } = new Dictionary<string, CommandText>();

    /// <summary>A copy, with lists that no other code can change.</summary>
    internal CommandEnvironment Own() => new(Inherited?.ToArray()) { Variables = Variables is null ? null! : new Dictionary<string, CommandText>(Variables) };

    /// <summary>Inherits these variables if they are set.</summary>
    /// <param name="names">The variables' names.</param>
    public static CommandEnvironment AllowList(params IReadOnlyList<string> names) => new(names);

    /// <summary>Sets exactly these variables.</summary>
    /// <param name="variables">Names and values.</param>
    public static CommandEnvironment Exact(IReadOnlyDictionary<string, CommandText> variables) => Nothing with { Variables = variables };
}
