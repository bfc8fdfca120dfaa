using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>Output to its subscribers, input from whoever writes.</content>
internal sealed partial class CommandSession
{
    private readonly Queue<ReadOnlyMemory<byte>> _input = new();
    private long _lastActivity = Stopwatch.GetTimestamp();
    private IActorRef _writer = ActorRefs.Nobody;
    private long _inputAccepted;
    private long _inputSent;
    private long _inputTaken;
    private bool _inputClosing;
    private bool _inputClosed;
    private bool _inputEnded;

    private void OpenTerminal(SafeDescriptor master)
    {
        _terminal = new TerminalLink(_self, master, _granted);
        if (_spawn.IdleTimeout is { } patience)
            Timers.StartSingleTimer(IdleOver.Instance, IdleOver.Instance, patience);
    }

    private void OnIdleOver()
    {
        var left = _spawn.IdleTimeout.GetValueOrDefault() - Stopwatch.GetElapsedTime(_lastActivity);
        if (left > TimeSpan.Zero)
            Timers.StartSingleTimer(IdleOver.Instance, IdleOver.Instance, left);
        else if (_exit is null)
            Send(new Transport.Terminate(CommandRequest.Milliseconds(_spawn.Grace ?? _settings.Grace), ExitCause.IdleTimeout));
    }

    private void Append(OutputStream stream, byte[] data)
    {
        _lastActivity = Stopwatch.GetTimestamp();
        if (_terminal is not null && _spawn.Limits.Output > 0 && _log.Position + data.Length > _spawn.Limits.Output && _log.Position <= _spawn.Limits.Output)
            Send(new Transport.Terminate(0, ExitCause.OutputLimit));
        _log.Append(stream, data);
        _spill?.Write(data);
        Advance();
    }

    /// <summary>Gives readers what they may have, and the runner as much credit as the slowest of them has used.</summary>
    private void Advance()
    {
        var slowest = _log.Position;
        for (var i = 0; i < _subscriptions.Count; i++)
        {
            var subscription = _subscriptions[i];
            if (subscription.Advance(_log, _self))
                TellOfTheEnd(subscription);
            slowest = Math.Min(slowest, Math.Max(subscription.Position, 0));
        }
        if (_over || !_running)
        {
            StopIfDone();
            return;
        }
        var room = slowest + _settings.Window - _granted;
        if (room < _settings.Window / 2)
            return;
        _granted += room;
        if (_terminal is { } terminal)
            terminal.Grant(room);
        else if (_exit is null || _closed is null)
            Send(new Credit(room));
    }

    private void TellOfTheEnd(OutputSubscription subscription)
    {
        if (_end is null || subscription.HasBeenToldOfTheEnd)
            return;
        subscription.HasBeenToldOfTheEnd = true;
        subscription.Flush(_self);
        subscription.Subscriber.Tell(_end, _self);
    }

    private void StopIfDone()
    {
        if (_retired && _subscriptions.TrueForAll(static subscription => subscription.HasBeenToldOfTheEnd))
            Context.Stop(_self);
    }

    private void Add(Subscribe subscribe)
    {
        Remove(subscribe.Subscriber);
        var subscription = new OutputSubscription(subscribe with { From = Math.Max(0, subscribe.From) });
        _subscriptions.Add(subscription);
        Context.Watch(subscribe.Subscriber);
        if (_exit is { } exit)
            subscribe.Subscriber.Tell(new CommandExited(_handle, exit));
    }

    private void Remove(IActorRef subscriber)
    {
        if (_subscriptions.RemoveAll(one => one.Subscriber.Equals(subscriber)) == 0)
            return;
        Context.Unwatch(subscriber);
        Advance();
    }

    private OutputSubscription? Find(IActorRef subscriber) => _subscriptions.Find(one => one.Subscriber.Equals(subscriber));

    private void Broadcast(object happened)
    {
        foreach (var subscription in _subscriptions)
            subscription.Subscriber.Tell(happened, _self);
    }

    private void OnInput(object message)
    {
        switch (message)
        {
            case WriteInput write:
                Write(write);
                break;
            case CommandProtocol.CloseInput:
                _inputClosing = true;
                PassInputOn();
                break;
            case TerminalLink.Taken taken:
                OnInputTaken(taken.Bytes, ended: false);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Write(WriteInput write)
    {
        _writer = Sender;
        var offset = write.Offset ?? _inputAccepted;
        if (_spawn.Input != CommandInput.Pipe && _spawn.Output != CommandOutput.Terminal)
            Sender.Tell(new InputRefused("The command was started without an input."));
        else if (_over || _exit is not null || _inputEnded || _inputClosing)
            Sender.Tell(new InputRefused("The command's input is closed."));
        else if (offset < 0 || offset > _inputAccepted)
            Sender.Tell(new InputRefused($"Input for offset {offset} would leave a gap: {_inputAccepted} is next."));
        else if (_inputAccepted - _inputTaken + write.Data.Length > _settings.MaxQueuedInput)
            Sender.Tell(new InputRefused($"{_inputAccepted - _inputTaken} bytes of input wait for the command already."));
        else
            Accept(write.Data[(int)Math.Min(_inputAccepted - offset, write.Data.Length)..]);
    }

    private void Accept(ReadOnlyMemory<byte> fresh)
    {
        if (fresh.IsEmpty)
        {
            Sender.Tell(new InputTaken(_inputTaken, _inputEnded));
            return;
        }
        _inputAccepted += fresh.Length;
        _input.Enqueue(fresh);
        PassInputOn();
    }

    private void PassInputOn()
    {
        // What the command has not taken yet waits here and not in the runner, beyond one window.
        while (_inputSent - _inputTaken < _settings.Window && _input.TryDequeue(out var data))
        {
            while (!data.IsEmpty)
            {
                var piece = data[..Math.Min(data.Length, _settings.Chunk)];
                data = data[piece.Length..];
                if (_terminal is { } terminal)
                    terminal.Write(piece);
                else
                    Send(new Stdin(_inputSent, piece));
                _inputSent += piece.Length;
            }
        }
        if (_inputClosing && !_inputClosed && _input.Count == 0 && _spawn.Input == CommandInput.Pipe)
        {
            _inputClosed = true;
            Send(default(CloseStdin));
        }
    }

    private void OnInputTaken(long taken, bool ended)
    {
        if (taken < _inputTaken || taken > _inputSent)
        {
            _runner.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(
                ViolationKind.OutOfState, $"Session {_id} has taken {taken} bytes of input; {_inputSent} were sent and {_inputTaken} were taken before.")));
            return;
        }
        _inputTaken = taken;
        _lastActivity = Stopwatch.GetTimestamp();
        _inputEnded |= ended;
        if (ended)
            _input.Clear();
        _writer.Tell(new InputTaken(taken, ended), _self);
        PassInputOn();
    }

    private void OpenSpill()
    {
        if (_spawn.SpillFile is { } path)
            _spill = new SpillFile(path, message => Broadcast(new SpillFailed(message)));
    }
}
