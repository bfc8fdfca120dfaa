using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>Output to its subscribers, input from whoever writes.</content>
internal sealed partial class CommandSession
{
    private readonly Queue<ReadOnlyMemory<byte>> _input = new();
    private long _lastActivity;
    // Each who has written what is not all taken yet.
    private readonly HashSet<IActorRef> _writers = [];
    private long _inputAccepted;
    private long _inputSent;
    private long _inputTaken;
    private bool _inputClosing;
    private bool _inputEnded;
    private readonly long[] _unreturned = new long[2];
    private bool _overOutput;

    private void AddOutput(OutputStream stream, SafeDescriptor descriptor, SafeDescriptor? writer)
    {
        _outputs.Add(new OutputPipe(_self, stream, descriptor, writer, _settings.Window));
        _open.Add(stream);
    }

    private void OpenTerminal(SafeDescriptor master)
    {
        DescriptorFlags.SetNonBlocking(master);
        _inputPipe = new InputPipe(_self, DescriptorFlags.Duplicate(master));
        AddOutput(OutputStream.Output, master, null);
    }

    private void StartIdleTimer()
    {
        if (_spawn.IdleTimeout is { } patience)
            Timers.StartSingleTimer(IdleOver.Instance, IdleOver.Instance, patience);
    }

    private void OnIdleOver()
    {
        var left = _spawn.IdleTimeout.GetValueOrDefault() - Timers.Time.GetElapsedTime(_lastActivity);
        if (left > TimeSpan.Zero)
            Timers.StartSingleTimer(IdleOver.Instance, IdleOver.Instance, left);
        else if (_exit is null)
            Send(new Transport.Terminate(CommandRequest.Milliseconds(_spawn.Grace ?? _settings.Grace), ExitCause.IdleTimeout));
    }

    private void Append(OutputStream stream, ReadOnlyMemory<byte> data)
    {
        _lastActivity = Timers.Time.GetTimestamp();
        _unreturned[stream == OutputStream.Error ? 1 : 0] += data.Length;
        _log.Append(stream, data, _subscriptions.Count == 0 ? long.MaxValue : _subscriptions.Min(static subscription => subscription.Position));
        if (_spill is not null)
        {
            _unspilled += data.Length;
            _spill.Tell(new SpillWriter.Write(data));
        }
        if (!_overOutput && _spawn.Limits.Output > 0 && _log.Position > _spawn.Limits.Output)
        {
            _overOutput = true;
            Send(new Transport.Terminate(0, ExitCause.OutputLimit));
        }
        Advance();
    }

    /// <summary>Gives each subscriber the output that it was granted, and lets the pipes be read as far as the slowest has consumed.</summary>
    private void Advance()
    {
        var slowest = _log.Position - _unspilled;
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
        // Read ahead of the slowest by half a window at most, and what was read by then: one and a half in all.
        if (_log.Position - slowest > _settings.Window / 2)
            return;
        for (var i = 0; i < _outputs.Count; i++)
        {
            if (_unreturned[i] < _settings.Window / 4)
                continue;
            _outputs[i].Grant(_unreturned[i]);
            _unreturned[i] = 0;
        }
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
            case InputPipe.Taken taken:
                OnInputTaken(taken.Bytes, taken.Ended);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Write(WriteInput write)
    {
        var offset = write.Offset ?? _inputAccepted;
        if (_spawn.Input != CommandInput.Pipe && _spawn.Output != CommandOutput.Terminal)
            Sender.Tell(new InputRefused("The command was started without an input."));
        else if (_over || _exit is not null || _inputEnded || _inputClosing)
            Sender.Tell(new InputRefused("The command's input is closed."));
        else if (offset < 0 || offset > _inputAccepted)
            Sender.Tell(new InputRefused($"Input for offset {offset} would leave a gap: {_inputAccepted} is next."));
        else if (_inputAccepted - _inputTaken + write.Data.Length > _settings.MaxQueuedInput)
            Sender.Tell(new InputRefused($"{_inputAccepted - _inputTaken} bytes of input wait for the command already."));
        else if (MessageBytes.Take(write.Data, out var data) is { } problem)
            Sender.Tell(new InputRefused($"{problem}."));
        else
            Accept(data[(int)Math.Min(_inputAccepted - offset, data.Length)..]);
    }

    private void Accept(ReadOnlyMemory<byte> fresh)
    {
        if (fresh.IsEmpty)
        {
            Sender.Tell(new InputTaken(_inputTaken, _inputEnded));
            return;
        }
        _writers.Add(Sender);
        _inputAccepted += fresh.Length;
        _input.Enqueue(fresh);
        PassInputOn();
    }

    private void PassInputOn()
    {
        // What the command has not taken yet waits here, where it is counted, beyond one window.
        while (_inputPipe is not null && _inputSent - _inputTaken < _settings.Window && _input.TryDequeue(out var data))
        {
            _inputPipe.Write(data);
            _inputSent += data.Length;
        }
        if (_inputClosing && _input.Count == 0 && _spawn.Input == CommandInput.Pipe)
            _inputPipe?.CloseWhenTaken();
    }

    private void OnInputTaken(long taken, bool ended)
    {
        _inputTaken = taken;
        _lastActivity = Timers.Time.GetTimestamp();
        _inputEnded |= ended;
        if (ended)
            _input.Clear();
        TellWriters();
        PassInputOn();
    }

    private void TellWriters()
    {
        foreach (var writer in _writers)
            writer.Tell(new InputTaken(_inputTaken, _inputEnded), _self);
        if (_inputEnded || _inputTaken == _inputAccepted)
            _writers.Clear();
    }

    private void OpenSpill()
    {
        if (_spawn.SpillFile is { } path)
            _spill = Context.Watch(Context.ActorOf(SpillWriter.Props(path), "spill"));
    }

    /// <summary>Whether the file is still to be waited for.</summary>
    private bool EndSpill()
    {
        if (_spill is not null && !_spillEnding)
            _spill.Tell(PoisonPill.Instance);
        _spillEnding = true;
        return _spill is not null;
    }

    private void OnSpillComplete()
    {
        if (!_spillEnding)
            Broadcast(new SpillFailed("The output's file cannot be written: its writer has failed."));
        _spill = null;
        _unspilled = 0;
        Advance();
        Close();
    }
}
