using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>Collects how a child ends, and reports it: the first reason found, the exit of its process and the end of its channel.</summary>
/// <param name="child">The child's actor.</param>
/// <param name="role">Its role.</param>
/// <param name="launch">When it was started.</param>
/// <param name="confinement">How it was confined.</param>
/// <param name="requests">What it has not answered.</param>
internal sealed class ChildEnding(IActorRef child, string role, LaunchAttempt launch, ChildConfinement confinement, ChildRequests requests)
{
    private ExitVerdict? _verdict;

    /// <summary>The exit of the process; null until it is reaped.</summary>
    internal ChildExit? Exit { get; set; }

    /// <summary>How the channel ended; null until it is drained.</summary>
    internal ChannelClosed? Channel { get; set; }

    /// <summary>Whether the child was asked to shut down.</summary>
    internal bool WasRequested { get; set; }

    /// <summary>Whether process and channel have both ended.</summary>
    internal bool IsComplete => Exit is not null && Channel is not null;

    /// <summary>Notes a reason; a later one is a consequence of the first and does not count.</summary>
    internal void Note(in ExitVerdict verdict) => _verdict ??= verdict;

    /// <summary>The child has ended, for the reason that was noted, else for what its process's exit says.</summary>
    internal ChildExited Report(int processId, DateTimeOffset? readyAt)
    {
        var verdict = _verdict ?? ExitVerdict.Of(Exit!, WasRequested, wasReady: readyAt is not null);
        return Report(verdict, Exit, processId, readyAt) with
        {
            Image = confinement.Image,
            Dump = confinement.Dump,
            WillRecur = verdict.WillRecur,
            DiedAtStart = verdict.DiedAtStart,
        };
    }

    /// <summary>The child's actor was stopped, or has failed, before the child has ended.</summary>
    internal ChildExited ReportStopped(int processId, DateTimeOffset? readyAt) =>
        Report(new ExitVerdict(ExitReason.Killed, KillCause.Parent, "Its actor was stopped, and the process killed with it."), null, processId, readyAt);

    private ChildExited Report(in ExitVerdict verdict, ChildExit? exit, int processId, DateTimeOffset? readyAt)
    {
        ChildMetrics.Exited(role, verdict.Reason, verdict.Cause, wasReady: readyAt is not null);
        return new ChildExited(
            child, role, processId, verdict.Reason, verdict.Cause, exit?.ExitCode, exit?.Signal, verdict.Message,
            requests.InFlight, exit?.LastStderrLines ?? [], launch.StartedAt, readyAt, exit?.EndedAt ?? DateTimeOffset.UtcNow)
        {
            Layers = confinement.Layers,
        };
    }
}
