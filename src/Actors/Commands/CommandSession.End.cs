using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>How a command ends, and how each who waits for its end is told.</content>
internal sealed partial class CommandSession
{
    private const int KillSignal = 9;

    /// <summary>Each who waits is told, whatever has stopped this actor.</summary>
    private void EndAbruptly()
    {
        if (!_over && !_running)
        {
            CommandMetrics.Refused(SpawnFailure.Stopped);
            _requester.Tell(new SpawnRefused(SpawnFailure.Stopped, 0, BrowserStoppedException.Sentence));
            ForgetWaiting();
            _over = true;
        }
        else if (!_over)
        {
            if (_exit is null)
                OnExit(Lost(ExitCause.Kill));
            _exit = _exit! with { Appeared = Appeared() };
            End(survivors: 0);
            _registry.Tell(new Over(new CommandRecord(Snapshot(), _log, _end!)));
        }
        foreach (var subscription in _subscriptions)
        {
            if (_end is null || subscription.HasBeenToldOfTheEnd)
                continue;
            subscription.Skip(_log, _self);
            TellOfTheEnd(subscription);
        }
    }

    private CommandExit Lost(ExitCause cause) => new(null, 9, false, cause, default, default, 0, DateTimeOffset.UtcNow - _startedAt, DateTimeOffset.UtcNow);

    /// <summary>It never ran: who waits for its end by a handle from the registry's list is told that there is none.</summary>
    private void ForgetWaiting()
    {
        foreach (var waiter in _waiting.Values.Concat(_untilClosed))
            waiter.Tell(new UnknownHandle(_handle));
        _waiting.Clear();
        _untilClosed.Clear();
    }

    private void OnExit(CommandExit exit)
    {
        // Nobody here has sent it: the kernel has, when the group's memory was used up.
        if (exit is { Signal: KillSignal, Cause: ExitCause.Itself } && _runner.LimitHit() == "memory")
            exit = exit with { Cause = ExitCause.MemoryLimit };
        _exit = exit;
        _inputPipe?.Dispose();
        Broadcast(new CommandExited(_handle, exit));
    }

    private void Close()
    {
        if (_over || _closed is null || _open.Count > 0 || EndSpill())
            return;
        // What it wrote before it ended was more than it might: then that is why it ended, whoever was faster.
        if (_overOutput && _exit!.Cause == ExitCause.Itself)
            _exit = _exit with { Cause = ExitCause.OutputLimit };
        _exit = _exit! with { Blocked = _refusals.Explain(_exit, _spawn.Profile ?? _settings.Profile, _log), Appeared = Appeared() };
        End(_closed.Value.Survivors);
        Advance();
        _registry.Tell(new Over(new CommandRecord(Snapshot(), _log, _end!)));
    }

    private IReadOnlyList<string> Appeared()
    {
        var names = _runner.Appeared();
        if (names.Count > 0)
            Context.GetLogger().Warning("After {0} ({1}) there is in its folder what other programs may run, and was not there before: {2}", _handle, _spawn.Display, string.Join(", ", names));
        return names;
    }

    private void End(int survivors)
    {
        _over = true;
        CommandMetrics.Active.Set(ref _measured, 0);
        CommandMetrics.Ended(_exit!);
        foreach (var (key, waiter) in _waiting)
        {
            Timers.Cancel(key);
            waiter.Tell(new Waited(Snapshot(), TimedOut: false));
        }
        _waiting.Clear();
        foreach (var asker in _untilClosed)
            asker.Tell(Snapshot());
        _untilClosed.Clear();
        _end = new CommandClosed(_handle, _exit!, _log.TotalOf(OutputStream.Output), _log.TotalOf(OutputStream.Error), survivors);
    }

    private void OnRunnerLost(string message)
    {
        if (_over)
            return;
        var cause = LimitSentence.CauseOf(message);
        if (!_running && (cause == ExitCause.RunnerLost || !_runner.ServesOne))
        {
            Refuse(new SpawnFailed(SpawnFailure.Unavailable, 0, message));
            return;
        }
        // Its own runner, which does nothing else, has reached a limit: it ran, and was faster than the word of its start.
        if (!_running)
            Begin(0, DateTimeOffset.UtcNow, null);
        if (_exit is null)
            OnExit(Lost(cause));
        ReadToTheEnd(new Closed(0));
    }

    private void ReadToTheEnd(Closed closed)
    {
        _closed = closed;
        foreach (var output in _outputs)
        {
            if (output.ReadToTheEnd(_log.TotalOf(output.Stream)))
                _open.Remove(output.Stream);
        }
        Close();
    }
}
