using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>The transitions to ShuttingDown, Killing and Exited.</content>
internal sealed partial class ChildProcessActor
{
    private void BeginShutdown()
    {
        switch (_state)
        {
            case ChildState.Ready:
                _state = ChildState.ShuttingDown;
                _ending.WasRequested = true;
                _requests.End();
                _requests.Send(0, default(Transport.Shutdown));
                _deadlines.AwaitExit(KillCause.ShutdownTimeout);
                break;
            case ChildState.Spawning or ChildState.Handshaking:
                // The child has no work to finish yet.
                KillProcess(ExitReason.Killed, KillCause.Request, "Shut down before it was ready.");
                break;
            default:
                break;
        }
    }

    private void OnViolated(SandboxViolated violated)
    {
        if (_state is ChildState.Exited)
            return;
        _audience.Publish(violated);
        Context.System.EventStream.Publish(violated);
        if (_confinement.Count(violated.Violation) is { } sentence)
            KillProcess(ExitReason.SandboxViolation, KillCause.None, sentence);
    }

    private void KillProcess(ExitReason reason, KillCause cause, string message) => KillProcess(new ExitVerdict(reason, cause, message));

    private void KillProcess(in ExitVerdict verdict)
    {
        if (_state == ChildState.Exited)
            return;
        _ending.Note(verdict);
        _state = ChildState.Killing;
        _requests.End();
        _child?.Process.Kill();
    }

    private void OnProcessExited(ChildExit exit)
    {
        _ending.Exit = _confinement.Explain(exit);
        _requests.CloseAfterDrain();
        FinishIfComplete();
    }

    private void OnClosed(ChannelClosed how)
    {
        _ending.Channel = how;
        if (how.Violation is { } violation)
        {
            KillProcess(_readyAt is null ? ExitReason.HandshakeFailed : ExitReason.ProtocolViolation, KillCause.None, violation.Message);
        }
        else if (_ending.Exit is null && _state is ChildState.Ready or ChildState.Handshaking)
        {
            // Most likely the child is exiting, and its exit says more than a kill would: it gets the shutdown timeout to exit.
            _state = ChildState.ShuttingDown;
            if (how.Error is { } error)
                _ending.Note(new ExitVerdict(ExitReason.Crashed, KillCause.None, $"Its channel failed: {error.Message}"));
            _deadlines.AwaitExit(KillCause.Hang);
        }
        FinishIfComplete();
    }

    private void FinishIfComplete()
    {
        if (_ending.IsComplete)
            Finish();
    }

    private void Finish()
    {
        _state = ChildState.Exited;
        Timers.CancelAll();
        _requests.End();
        _launch.OnOver();
        _confinement.Dispose();
        var exited = _ending.Report(ProcessId, _readyAt);
        FailAll(exited);
        // The event stream first: it feeds the crash journal, so an actor that learns of a lost child finds the report there.
        Context.System.EventStream.Publish(exited);
        _audience.Publish(exited);
        Context.Stop(_self);
    }

    // The actor stops or has failed before the process ended. Waiting actors are told now, because no exit will be reported.
    private void EndAbruptly()
    {
        var exited = _ending.ReportStopped(ProcessId, _readyAt);
        FailAll(exited);
        Context.System.EventStream.Publish(exited);
        _audience.TellSubscribers(exited);
    }

    private void FailAll(ChildExited exited)
    {
        var lost = ChildLostException.Of(exited);
        _requests.FailAll(lost);
        _backlog.FailAll(lost);
    }
}
