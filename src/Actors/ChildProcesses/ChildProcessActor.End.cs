using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <content>How a child ends, who may end it, and who is told.</content>
internal sealed partial class ChildProcessActor
{
    private void BeginShutdown()
    {
        switch (_state)
        {
            case ChildState.Ready:
                _state = ChildState.ShuttingDown;
                _shutdownRequested = true;
                _requests.End();
                _requests.Send(0, default(Transport.Shutdown));
                Timers.StartSingleTimer(TimerKey.Shutdown, new ShutdownOverdue(KillCause.ShutdownTimeout), _settings.Child.ShutdownTimeout);
                break;
            case ChildState.Spawning or ChildState.Handshaking:
                // Nothing has been asked of it yet: there is nothing to finish.
                KillProcess(ExitReason.Killed, KillCause.Request, "Shut down before it was ready.");
                break;
            default:
                break;
        }
    }

    private void KillProcess(ExitReason reason, KillCause cause, string message) => KillProcess(new ExitVerdict(reason, cause, message));

    private void KillProcess(in ExitVerdict verdict)
    {
        if (_state == ChildState.Exited)
            return;
        _verdict ??= verdict;
        _state = ChildState.Killing;
        _requests.End();
        _killWhenLaunched = true;
        _child?.Process.Kill();
    }

    private void OnClosed(ChannelClosed how)
    {
        _closed = how;
        if (how.Violation is { } violation)
        {
            var handshake = _readyAt is null;
            KillProcess(handshake ? ExitReason.HandshakeFailed : ExitReason.ProtocolViolation, KillCause.None, violation.Message);
        }
        else if (_exit is null && _state is ChildState.Ready or ChildState.Handshaking)
        {
            // Most likely it is exiting, and how it does is worth knowing: it gets the time of a shutdown.
            _state = ChildState.ShuttingDown;
            _verdict ??= how.Error is { } error ? new ExitVerdict(ExitReason.Crashed, KillCause.None, $"Its channel failed: {error.Message}") : null;
            Timers.StartSingleTimer(TimerKey.Shutdown, new ShutdownOverdue(KillCause.Hang), _settings.Child.ShutdownTimeout);
        }
        FinishIfOver();
    }

    private void FinishIfOver()
    {
        if (_exit is not null && _closed is not null)
            Finish(_exit);
    }

    private void Finish(ChildExit? exit)
    {
        _state = ChildState.Exited;
        Timers.CancelAll();
        _requests.End();
        _pass.Leave();
        _confinement.Dispose();
        var verdict = _verdict ?? ExitVerdict.Of(exit!, _shutdownRequested, wasReady: _readyAt is not null);
        var (reason, cause, message) = verdict;
        var exited = new ChildExited(
            _self, _role, ProcessId, reason, cause, exit?.ExitCode, exit?.Signal, message,
            _requests.InFlight, exit?.LastStderrLines ?? [], _startedAt, _readyAt, exit?.EndedAt ?? DateTimeOffset.UtcNow)
        {
            Layers = _confinement.Layers,
            Image = _confinement.Image,
            Dump = _confinement.Dump,
            WillRecur = verdict.WillRecur,
            DiedAtStart = verdict.DiedAtStart,
        };
        ChildMetrics.Exited(_role, reason, cause, wasReady: _readyAt is not null);
        FailAll(ChildLostException.Of(exited));
        // The journal first: an actor that hears of a lost child finds its report there.
        Context.System.EventStream.Publish(exited);
        Publish(exited);
        Context.Stop(_self);
    }

    // The actor stops, or has failed, before the process has ended: who waits hears it now, as no exit will be told.
    private void Abandon()
    {
        const string Message = "Its actor was stopped, and the process killed with it.";
        ChildMetrics.Exited(_role, ExitReason.Killed, KillCause.Parent, wasReady: _readyAt is not null);
        var exited = new ChildExited(
            _self, _role, ProcessId, ExitReason.Killed, KillCause.Parent, null, null, Message, _requests.InFlight, [], _startedAt, _readyAt, DateTimeOffset.UtcNow)
        {
            Layers = _confinement.Layers,
        };
        FailAll(ChildLostException.Of(exited));
        Context.System.EventStream.Publish(exited);
        foreach (var subscriber in _subscribers)
            subscriber.Tell(exited, _self);
    }

    private void FailAll(ChildLostException lost)
    {
        _requests.FailAll(lost);
        while (_waiting.TryDequeue(out var next))
            next.Sender.Tell(new Akka.Actor.Status.Failure(lost));
    }

    private void Publish(IEvent happened)
    {
        _parent.Tell(happened, _self);
        foreach (var subscriber in _subscribers)
        {
            if (!subscriber.Equals(_parent))
                subscriber.Tell(happened, _self);
        }
    }
}
