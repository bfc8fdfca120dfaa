using ActorBrowser.Transport;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>What the actor tells itself, and what only a child's user tells it.</content>
internal sealed partial class ChildProcessActor
{
    private enum TimerKey
    {
        Handshake,
        Shutdown,
        WallTime,
    }

    /// <summary>The user of a child found that it broke the protocol of what it was used for.</summary>
    /// <param name="Violation">The rule.</param>
    internal sealed record ReportViolation(ProtocolViolation Violation) : ICommand;

    private sealed class HandshakeOverdue
    {
        internal static readonly HandshakeOverdue Instance = new();
    }

    private sealed class WallTimeOver
    {
        internal static readonly WallTimeOver Instance = new();
    }

    private sealed record ShutdownOverdue(KillCause Cause);

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
