using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>What to launch.</summary>
internal sealed record ChildLaunch
{
    /// <summary>The role, as the child's command line names it.</summary>
    public required string Role { get; init; }

    /// <summary>The program.</summary>
    public required ChildExecutable Executable { get; init; }

    /// <summary>How it is confined; null for not at all.</summary>
    public LaunchPlan? Plan { get; init; }

    /// <summary>The child's end of the channel, which becomes its descriptor 3. Ownership passes, also when the launch fails.</summary>
    public SafeDescriptor? Channel { get; init; }

    /// <summary>The name of the pipe to connect to, where no descriptor can be inherited.</summary>
    public string? PipeName { get; init; }

    /// <summary>The pipe's one-time secret, in hexadecimal.</summary>
    public string? PipeSecret { get; init; }

    /// <summary>Whether the role starts processes, and hears of their ends by <see cref="ChildExits"/>. Linux.</summary>
    public bool HasChildren { get; init; }

    /// <summary>Added to the allow-listed environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How many of stderr's last lines an exit carries.</summary>
    public int RetainedStderrLines { get; init; } = 20;

    /// <summary>Longer lines are cut, in bytes.</summary>
    public int MaxLogLineBytes { get; init; } = 4096;

    /// <summary>Receives the child's stdout and stderr, line by line; null to drop them.</summary>
    public IChildLogSink? Log { get; init; }
}

/// <summary>One line a child has written.</summary>
/// <param name="IsError">Whether to stderr.</param>
/// <param name="Text">The line without its end, cut to the limit; invalid UTF-8 replaced.</param>
public readonly record struct ChildLogLine(bool IsError, string Text);

/// <summary>Receives a child's lines.</summary>
public interface IChildLogSink
{
    /// <summary>A line; on the reactor's thread, so it must not block.</summary>
    /// <param name="line">The line.</param>
    void OnLine(ChildLogLine line);

    /// <summary>A flood: so many lines were left out since the last line.</summary>
    /// <param name="lines">How many.</param>
    void OnSuppressed(long lines);
}

/// <summary>How a child ended. Given once, after it has been reaped and what it wrote has been read.</summary>
/// <param name="ExitCode">Set when it exited by itself; null also when somebody else reaped it.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="CoreDumped">Whether the signal left a core.</param>
/// <param name="LastStderrLines">Oldest first.</param>
/// <param name="StartedAt">When it was spawned.</param>
/// <param name="EndedAt">When its exit was seen.</param>
/// <param name="LimitHit">Which of its limits the kernel has stopped it at: memory, processes, processor-time, file-size, output; null for none.</param>
public sealed record ChildExit(
    int? ExitCode, int? Signal, bool CoreDumped, IReadOnlyList<string> LastStderrLines, DateTimeOffset StartedAt, DateTimeOffset EndedAt,
    string? LimitHit = null);

/// <summary>Why a launch failed.</summary>
public enum LaunchErrorKind
{
    /// <summary>No such program.</summary>
    NotFound,

    /// <summary>The program may not be executed, or is no program.</summary>
    NotExecutable,

    /// <summary>The user, or the machine, has no process left.</summary>
    TooManyProcesses,

    /// <summary>No descriptor left for the pipes or the channel.</summary>
    NoDescriptors,

    /// <summary>No memory.</summary>
    NoMemory,

    /// <summary>A layer of confinement that the child's profile requires is missing here, or refused to work.</summary>
    ConfinementUnavailable,

    /// <summary>Anything else; see the errno.</summary>
    Other,
}

/// <summary>A child could not be launched. Nothing of the attempt is left.</summary>
public sealed class LaunchException : Exception
{
    /// <summary>Describes a failed launch.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="errno">The errno, or 0.</param>
    /// <param name="inner">The cause, if it was an exception.</param>
    public LaunchException(LaunchErrorKind kind, string message, int errno = 0, Exception? inner = null) : base(message, inner)
    {
        Kind = kind;
        Errno = errno;
    }

    /// <summary>Why.</summary>
    public LaunchErrorKind Kind { get; }

    /// <summary>The errno, or 0.</summary>
    public int Errno { get; }

    internal static LaunchException FromStep(string path, StepFailure failure) => failure.Step switch
    {
        "execve" or "clone" => FromErrno(path, failure.Errno),
        _ => new LaunchException(LaunchErrorKind.ConfinementUnavailable, $"'{path}' could not be confined and was not started: {failure}.", failure.Errno),
    };

    internal static LaunchException FromErrno(string path, int errno)
    {
        var (kind, reason) = errno switch
        {
            2 or 20 => (LaunchErrorKind.NotFound, "there is no such program"),
            13 or 8 or 1 => (LaunchErrorKind.NotExecutable, "it may not be executed or is no program"),
            11 or 35 => (LaunchErrorKind.TooManyProcesses, "no process is left to this user or machine"),
            23 or 24 => (LaunchErrorKind.NoDescriptors, "no descriptor is left"),
            12 => (LaunchErrorKind.NoMemory, "no memory is left"),
            _ => (LaunchErrorKind.Other, "the system refused"),
        };
        var cause = new SystemCallException("posix_spawn", errno);
        return new LaunchException(kind, $"'{path}' could not be started: {reason} ({cause.Message}).", errno, cause);
    }
}
