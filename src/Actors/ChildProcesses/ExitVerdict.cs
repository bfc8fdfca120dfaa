using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Why a child ended. Only the first reason is recorded, not its consequences.</summary>
internal readonly record struct ExitVerdict(ExitReason Reason, KillCause Cause, string Message)
{
    /// <summary>Whether the next child would end the same way.</summary>
    internal bool WillRecur { get; init; }

    /// <summary>Whether the program ended itself before it was ready, as when its runtime cannot start.</summary>
    internal bool DiedAtStart { get; init; }

    /// <summary>The limit that ended the child, such as "memory"; null if none did.</summary>
    internal string? Limit { get; init; }

    // With a lower limit a JIT runtime may fail to start: it keeps compiled code in a memory file.
    private const ulong EnoughFileSize = 64 << 20;

    // Signals that only the program itself, or the kernel on its account, sends: SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXFSZ.
    private static readonly HashSet<int> SelfInflicted = [4, 5, 6, 7, 8, 11, 25];

    // SIGSYS: the filter kills a process only for a call of another architecture.
    private const int WrongArchitecture = 31;

    /// <summary>The verdict on a process that has reached a limit.</summary>
    /// <param name="limit">The limit's name, such as "memory".</param>
    /// <param name="then">What the child did then, such as ", and ended itself"; empty if the parent or the kernel ended it.</param>
    internal static ExitVerdict AtLimit(string limit, string then = "") => new(ExitReason.Killed, KillCause.Limit, $"It has reached its limit of {limit}{then}.") { Limit = limit };

    /// <summary>The verdict on a process that ended without the parent ending it.</summary>
    internal static ExitVerdict Of(ChildExit exit, bool shutdownRequested, bool wasReady)
    {
        if (exit.Signal == WrongArchitecture && OperatingSystem.IsLinux())
            return new ExitVerdict(ExitReason.SandboxViolation, KillCause.None, "It made a system call of another architecture, and the kernel killed it.");
        if (exit.LimitHit is { } limit)
            return AtLimit(limit);
        if (exit is { ExitCode: ChildExitNumbers.OutOfMemory, Signal: null })
            return AtLimit("memory", ", and ended itself");
        if (exit is { ExitCode: ChildExitNumbers.ScriptStuck, Signal: null })
            return new ExitVerdict(ExitReason.Crashed, KillCause.None, "A script did not stop when its time was over, and the renderer ended itself.");
        // A runtime that has no memory for an exception says so and aborts; the collector keeps it below the limit itself.
        if (exit.Signal == ChildConfinement.AbortSignal && exit.LastStderrLines.Any(SaysOutOfMemory))
            return AtLimit("memory", ", and its runtime aborted");
        var how = exit.Signal is { } signal ? $"killed by {SignalNames.Of(signal)}"
            : exit.ExitCode is { } code ? $"exit code {WindowsStatus.Here(code)}"
            : "exit code unknown, because other code in this process collected it";
        return exit.ExitCode == 0 && shutdownRequested ? new ExitVerdict(ExitReason.Clean, KillCause.None, "Shut down as asked.")
            : wasReady ? new ExitVerdict(ExitReason.Crashed, KillCause.None, $"Exited unexpectedly: {how}{Sentence(exit)}.")
            : new ExitVerdict(ExitReason.HandshakeFailed, KillCause.None, $"Exited before it was ready: {how}{Sentence(exit)}{FileSizeHint(exit)}.")
            {
                DiedAtStart = exit.ExitCode is not null || (exit.Signal is { } own && SelfInflicted.Contains(own)),
                WillRecur = exit is { Signal: null, ExitCode: ChildExitNumbers.Usage or ChildExitNumbers.Unconfined },
            };
    }

    // The lines .NET writes, JIT-compiled and native; the second if even the exception's text could not be allocated.
    private static bool SaysOutOfMemory(string line) => line.StartsWith("Out of memory.", StringComparison.Ordinal) || line.TrimEnd() == "Unhandled exception.";

    private static string FileSizeHint(ChildExit exit) =>
        exit.Signal is { } signal && SelfInflicted.Contains(signal) && OperatingSystem.IsLinux() && ProcessLimits.Get(ProcessLimit.FileSize).Soft is < EnoughFileSize and var most
            ? $" (its file size limit, inherited from this process, is {most} bytes and may be too small for its runtime: raise ulimit -f)"
            : "";

    // The child's own message about its end.
    private static string Sentence(ChildExit exit) =>
        exit.LastStderrLines.LastOrDefault(static line => line.StartsWith(ChildExitNumbers.LinePrefix, StringComparison.Ordinal)) is { } line
            ? ": " + line[ChildExitNumbers.LinePrefix.Length..].TrimEnd('.')
            : "";
}
