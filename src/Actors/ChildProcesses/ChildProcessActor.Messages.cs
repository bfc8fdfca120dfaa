using ActorBrowser.Transport;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>What the actor tells itself, and what only a child's user tells it.</content>
public sealed partial class ChildProcessActor
{
    private enum TimerKey
    {
        Handshake,
        Heartbeat,
        Shutdown,
        WallTime,
    }

    /// <summary>The user of a child found that it broke the protocol of what it was used for.</summary>
    /// <param name="Violation">The rule.</param>
    internal sealed record ReportViolation(ProtocolViolation Violation) : ICommand;

    private sealed class Heartbeat
    {
        internal static readonly Heartbeat Instance = new();
    }

    private sealed class HandshakeOverdue
    {
        internal static readonly HandshakeOverdue Instance = new();
    }

    private sealed class WallTimeOver
    {
        internal static readonly WallTimeOver Instance = new();
    }

    private sealed record ShutdownOverdue(KillCause Cause);

    // All children of one interval beat together: hundreds of idle ones then wake the dispatcher's threads once an
    // interval, not hundreds of times, and each wake-up costs far more than the heartbeat itself.
    private static TimeSpan UntilNextBeat(TimeSpan interval) =>
        interval - TimeSpan.FromMilliseconds(Environment.TickCount64 % interval.TotalMilliseconds);

    private void OnHeartbeat()
    {
        if (_state != ChildState.Ready)
            return;
        if (_child!.Process.LimitReached() is { } limit)
            KillProcess(ExitReason.Killed, KillCause.Limit, $"It has reached its limit of {limit}.");
        else if (_link.Beat() is { } silent)
            KillProcess(ExitReason.Killed, KillCause.Hang, $"It answered no heartbeat for {silent.TotalSeconds:0.#} s.");
    }

    private void OnViolated(SandboxViolated violated)
    {
        if (_state is ChildState.Exited)
            return;
        Publish(violated);
        Context.System.EventStream.Publish(violated);
        if (_confinement.Count(violated.Violation) is { } sentence)
            KillProcess(ExitReason.SandboxViolation, KillCause.None, sentence);
    }
}
