using System.Globalization;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>What a command is at.</summary>
public enum CommandStatus
{
    /// <summary>It runs, or its output is still coming.</summary>
    Running,

    /// <summary>It ended by itself.</summary>
    Exited,

    /// <summary>It was ended: on request, at a limit, or with its runner.</summary>
    Killed,

    /// <summary>It ran, or was silent, for too long.</summary>
    TimedOut,
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 to 255; null when a signal ended it.</param>
/// <param name="Signal">The signal; null when it exited.</param>
/// <param name="CoreDumped">Whether it left a core.</param>
/// <param name="Cause">Why.</param>
/// <param name="UserTime">Processor time in programs: the command's and that of descendants it has waited for.</param>
/// <param name="SystemTime">Processor time in the kernel, of the same.</param>
/// <param name="PeakMemory">The largest resident set, in bytes; the kernel counts the runner's own at the start, so no less than that.</param>
/// <param name="WallTime">From its start to its end.</param>
/// <param name="EndedAt">In UTC.</param>
public sealed record CommandExit(
    int? ExitCode, int? Signal, bool CoreDumped, ExitCause Cause, TimeSpan UserTime, TimeSpan SystemTime, long PeakMemory, TimeSpan WallTime, DateTimeOffset EndedAt)
{
    /// <summary>Where it failed: what its sandbox has refused it, in a sentence; null for nothing. Told when the command is closed.</summary>
    public string? Blocked { get; init; }

    /// <summary>
    /// Protected names of its folder, as ".vscode" or ".git/hooks", that were not there when its world was made, or were another link, and are there now: what
    /// other programs run later may be the command's. Told when the command is closed.
    /// </summary>
    public IReadOnlyList<string> Appeared { get; init; } = [];

    /// <summary>As a shell has it: the exit code, or 128 + the signal.</summary>
    public int ShellCode => ExitCode ?? 128 + (Signal ?? 0);

    internal static CommandExit From(in Exit exit) => new(
        exit.ExitCode < 0 ? null : exit.ExitCode, exit.Signal == 0 ? null : exit.Signal, exit.CoreDumped, exit.Cause,
        exit.UserTime, exit.SystemTime, exit.PeakMemory,
        exit.WallTime, DateTimeOffset.UtcNow);
}

/// <summary>Output that is kept: all of it, or its head and its tail with the number of bytes between them that are not.</summary>
/// <param name="Head">The beginning.</param>
/// <param name="Gap">How many bytes are missing after it; 0 when nothing is.</param>
/// <param name="Tail">The end.</param>
public sealed record RetainedOutput(ReadOnlyMemory<byte> Head, long Gap, ReadOnlyMemory<byte> Tail)
{
    /// <summary>All of the bytes that are kept, one after the other.</summary>
    public ReadOnlyMemory<byte> Bytes => Tail.IsEmpty ? Head : (byte[])[.. Head.Span, .. Tail.Span];

    /// <summary>As UTF-8, with a note where bytes are missing.</summary>
    public override string ToString() => Gap == 0
        ? Encoding.UTF8.GetString(Bytes.Span)
        : Encoding.UTF8.GetString(Head.Span) + string.Create(CultureInfo.InvariantCulture, $"\n[… {Gap} bytes not kept …]\n") + Encoding.UTF8.GetString(Tail.Span);
}

/// <summary>A command at one moment.</summary>
/// <param name="Handle">The registry's name for it.</param>
/// <param name="Command">What was asked for, for people.</param>
/// <param name="Status">What it is at.</param>
/// <param name="ProcessId">Its pid.</param>
/// <param name="StartedAt">In UTC.</param>
/// <param name="EndedAt">In UTC; null while it runs.</param>
/// <param name="Exit">How it ended; null while it runs.</param>
/// <param name="Output">Standard output so far.</param>
/// <param name="Error">Standard error so far.</param>
/// <param name="Position">How much output there has been, both streams together, in bytes.</param>
public sealed record CommandSnapshot(
    string Handle, string Command, CommandStatus Status, int ProcessId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    CommandExit? Exit, RetainedOutput Output, RetainedOutput Error, long Position) : CommandProtocol.IEvent
{
    /// <summary>The status in the registry's words: <c>running</c>, <c>exited</c>, <c>killed</c>, <c>timed_out</c>.</summary>
    public string StatusText => Status switch
    {
        CommandStatus.Running => "running",
        CommandStatus.Exited => "exited",
        CommandStatus.Killed => "killed",
        _ => "timed_out",
    };

    /// <summary>The start, as RFC 3339 in UTC.</summary>
    public string StartedAtText => Rfc3339(StartedAt);

    /// <summary>The end, as RFC 3339 in UTC; null while it runs.</summary>
    public string? EndedAtText => EndedAt is { } ended ? Rfc3339(ended) : null;

    private static string Rfc3339(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What a command's environment is made of.</summary>
public sealed record CommandEnvironment
{
    private CommandEnvironment(IReadOnlyList<string>? inherited) => Inherited = inherited;

    /// <summary>Nothing is inherited.</summary>
    public static CommandEnvironment Nothing { get; } = new([]);

    /// <summary>What the configuration's list names is inherited.</summary>
    public static CommandEnvironment Default { get; } = new(inherited: null);

    /// <summary>Names of variables that are inherited where they are set; null for the configuration's list.</summary>
    public IReadOnlyList<string>? Inherited { get; }

    /// <summary>Variables that are set, over what is inherited.</summary>
    public IReadOnlyDictionary<string, CommandText> Variables { get; init; } = new Dictionary<string, CommandText>();

    /// <summary>The same, in lists that nobody else has.</summary>
    internal CommandEnvironment Own() => new(Inherited?.ToArray()) { Variables = Variables is null ? null! : new Dictionary<string, CommandText>(Variables) };

    /// <summary>These names are inherited where they are set.</summary>
    /// <param name="names">Names of variables.</param>
    public static CommandEnvironment AllowList(params IReadOnlyList<string> names) => new(names);

    /// <summary>Exactly these variables.</summary>
    /// <param name="variables">Names and values.</param>
    public static CommandEnvironment Exact(IReadOnlyDictionary<string, CommandText> variables) => Nothing with { Variables = variables };
}
