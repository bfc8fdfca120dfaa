using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>Collects a child's first reason to end, the exit of its process and the end of its channel, and reports them.</summary>
/// <param name="child">The child's actor.</param>
/// <param name="role">The child's role.</param>
/// <param name="launch">Has the time of the launch.</param>
/// <param name="confinement">Has the layers that confined the child.</param>
/// <param name="requests">Has the requests that the child has not answered.</param>
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

    /// <summary>Notes a reason. Only the first counts, because later ones are its consequences.</summary>
    internal void Note(in ExitVerdict verdict) => _verdict ??= verdict;

    /// <summary>Reports the child's end with the reason noted first; without one, the exit of the process decides.</summary>
    internal ChildExited Report(int processId, DateTimeOffset? readyAt)
    {
        var verdict = _verdict ?? ExitVerdict.Of(Exit!, WasRequested, wasReady: readyAt is not null);
        return Report(verdict, Exit, processId, readyAt) with
        {
            WillRecur = verdict.WillRecur,
            DiedAtStart = verdict.DiedAtStart,
            Limit = verdict.Limit,
        };
    }

    /// <summary>Reports the end of a child whose actor was stopped, or has failed, before the process ended.</summary>
    internal ChildExited ReportStopped(int processId, DateTimeOffset? readyAt) =>
        Report(new ExitVerdict(ExitReason.Killed, KillCause.Parent, "Its actor was stopped, which killed the process."), null, processId, readyAt);

    private ChildExited Report(in ExitVerdict verdict, ChildExit? exit, int processId, DateTimeOffset? readyAt)
    {
        ChildMetrics.Exited(role, verdict.Reason, verdict.Cause, wasReady: readyAt is not null);
        requests.Record?.End(verdict.Reason, verdict.Cause);
        return new ChildExited(
            child, role, processId, verdict.Reason, verdict.Cause, exit?.ExitCode, exit?.Signal, verdict.Message,
            requests.InFlight, exit?.LastStderrLines ?? [], launch.StartedAt, readyAt, exit?.EndedAt ?? DateTimeOffset.UtcNow)
        {
            Layers = confinement.Layers,
            Image = confinement.Image,
            Dump = confinement.Dump,
        };
    }
}
