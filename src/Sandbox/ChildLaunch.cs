using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>What to launch, and how.</summary>
internal sealed record ChildLaunch
{
    /// <summary>The role, as on the child's command line.</summary>
    public required string Role { get; init; }

    /// <summary>The program.</summary>
    public required ChildExecutable Executable { get; init; }

    /// <summary>How it is confined; null for no confinement.</summary>
    public LaunchPlan? Plan { get; init; }

    /// <summary>The child's end of the channel, which becomes its descriptor 3. The launcher owns it, also if the launch fails.</summary>
    public SafeDescriptor? Channel { get; init; }

    /// <summary>The name of the pipe to connect to, if no descriptor can be inherited.</summary>
    public string? PipeName { get; init; }

    /// <summary>The pipe's one-time secret, in hexadecimal.</summary>
    public string? PipeSecret { get; init; }

    /// <summary>Whether the role starts processes and learns of their exits from <see cref="ChildExits"/>. Linux.</summary>
    public bool HasChildren { get; init; }

    /// <summary>Variables added to the allow-listed environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>How many of the last lines on stderr an exit carries.</summary>
    public int RetainedStderrLines { get; init; } = 20;

    /// <summary>The longest line, in bytes; longer ones are cut.</summary>
    public int MaxLogLineBytes { get; init; } = 4096;

    /// <summary>Receives the child's stdout and stderr, line by line; null to drop them.</summary>
    public IChildLogSink? Log { get; init; }
}

/// <summary>One line that a child wrote.</summary>
/// <param name="IsError">Whether it was written to stderr.</param>
/// <param name="Text">The line without its line ending, cut to the limit; invalid UTF-8 is replaced.</param>
internal readonly record struct ChildLogLine(bool IsError, string Text);

/// <summary>Receives a child's lines.</summary>
internal interface IChildLogSink
{
    /// <summary>Receives one line, on the reactor's thread: must not block.</summary>
    /// <param name="line">The line.</param>
    void OnLine(ChildLogLine line);

    /// <summary>Reports how many lines were left out since the last one, because there were too many.</summary>
    /// <param name="lines">Their number.</param>
    void OnSuppressed(long lines);
}

/// <summary>How a child ended. Reported once, after the process was reaped and its output read.</summary>
/// <param name="ExitCode">Set if it exited by itself; null also if other code reaped it.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="CoreDumped">Whether the signal left a core dump.</param>
/// <param name="LastStderrLines">Oldest first.</param>
/// <param name="StartedAt">When it was spawned.</param>
/// <param name="EndedAt">When its exit was seen.</param>
/// <param name="LimitHit">The limit at which the kernel stopped it: memory, processes, processor-time, file-size, output; null for none.</param>
internal sealed record ChildExit(
    int? ExitCode, int? Signal, bool CoreDumped, IReadOnlyList<string> LastStderrLines, DateTimeOffset StartedAt, DateTimeOffset EndedAt,
    string? LimitHit = null);

/// <summary>Why a launch failed.</summary>
internal enum LaunchErrorKind
{
    /// <summary>The program does not exist.</summary>
    NotFound,

    /// <summary>The file is not executable, or not a program.</summary>
    NotExecutable,

    /// <summary>The user or the machine may start no more processes.</summary>
    TooManyProcesses,

    /// <summary>No descriptor is left for the pipes or the channel.</summary>
    NoDescriptors,

    /// <summary>No memory is left.</summary>
    NoMemory,

    /// <summary>A layer of confinement that the child's profile requires is not available, or failed.</summary>
    ConfinementUnavailable,

    /// <summary>Anything else; see the errno.</summary>
    Other,
}

/// <summary>A child could not be launched. Nothing of the attempt is left running.</summary>
internal sealed class LaunchException : Exception
{
    /// <summary>Describes a failed launch.</summary>
    /// <param name="kind">Why it failed.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="errno">The errno, or 0.</param>
    /// <param name="inner">The exception behind it, if any.</param>
    public LaunchException(LaunchErrorKind kind, string message, int errno = 0, Exception? inner = null) : base(message, inner)
    {
        Kind = kind;
        Errno = errno;
    }

    /// <summary>Why it failed.</summary>
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
            2 or 20 => (LaunchErrorKind.NotFound, "the program does not exist"),
            13 or 8 or 1 => (LaunchErrorKind.NotExecutable, "it is not executable or not a program"),
            11 or 35 => (LaunchErrorKind.TooManyProcesses, "this user or machine may start no more processes"),
            23 or 24 => (LaunchErrorKind.NoDescriptors, "no descriptor is left"),
            12 => (LaunchErrorKind.NoMemory, "no memory is left"),
            _ => (LaunchErrorKind.Other, "the system refused"),
        };
        var cause = new SystemCallException("posix_spawn", errno);
        return new LaunchException(kind, $"'{path}' could not be started: {reason} ({cause.Message}).", errno, cause);
    }
}
