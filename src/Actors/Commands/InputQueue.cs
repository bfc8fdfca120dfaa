using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>A command's input that it has not taken yet: one window of it is in the <see cref="InputPipe"/>, the rest waits here and is counted.</summary>
/// <param name="session">The session, as the sender of what the writers are told.</param>
/// <param name="spawn">What was asked for.</param>
/// <param name="settings">The limits.</param>
internal sealed class InputQueue(IActorRef session, Spawn spawn, CommandSettings settings) : IDisposable
{
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    // Those who have written something of which the command has not taken all.
    private readonly HashSet<IActorRef> _writers = [];
    private InputPipe? _pipe;
    private long _accepted;
    private long _sent;
    private long _taken;
    private bool _closing;
    private bool _ended;

    /// <summary>The writing end of the input is there; the queue owns it from now on. Null for a command without input.</summary>
    internal void Connect(SafeDescriptor? descriptor) => _pipe = descriptor is null ? null : new InputPipe(session, descriptor);

    /// <summary>Somebody writes.</summary>
    /// <param name="write">What.</param>
    /// <param name="writer">Is told how much the command has taken, or why the input is refused.</param>
    /// <param name="hasExited">Whether the command has ended.</param>
    internal void Write(WriteInput write, IActorRef writer, bool hasExited)
    {
        var offset = write.Offset ?? _accepted;
        if (spawn.Input != CommandInput.Pipe && spawn.Output != CommandOutput.Terminal)
            writer.Tell(new InputRefused("The command was started without an input."));
        else if (hasExited || _ended || _closing)
            writer.Tell(new InputRefused("The command's input is closed."));
        else if (offset < 0 || offset > _accepted)
            writer.Tell(new InputRefused($"Input for offset {offset} would leave a gap: {_accepted} is next."));
        else if (_accepted - _taken + write.Data.Length > settings.MaxQueuedInput)
            writer.Tell(new InputRefused($"{_accepted - _taken} bytes of input wait for the command already."));
        else if (MessageBytes.Take(write.Data, out var data) is { } problem)
            writer.Tell(new InputRefused($"{problem}."));
        else
            Accept(data[(int)Math.Min(_accepted - offset, data.Length)..], writer);
    }

    /// <summary>The input ends after what was written.</summary>
    internal void CloseWhenTaken()
    {
        _closing = true;
        PassOn();
    }

    /// <summary>The command has taken some of the input, or takes no more.</summary>
    internal void OnTaken(InputPipe.Taken taken)
    {
        _taken = taken.Bytes;
        _ended |= taken.Ended;
        if (taken.Ended)
            _waiting.Clear();
        TellWriters();
        PassOn();
    }

    /// <summary>The session stops: the writers are told what the command has taken.</summary>
    internal void End()
    {
        Dispose();
        _ended = true;
        TellWriters();
    }

    /// <summary>Closes the pipe. Nothing is written any more.</summary>
    public void Dispose() => _pipe?.Dispose();

    private void Accept(ReadOnlyMemory<byte> fresh, IActorRef writer)
    {
        if (fresh.IsEmpty)
        {
            writer.Tell(new InputTaken(_taken, _ended));
            return;
        }
        _writers.Add(writer);
        _accepted += fresh.Length;
        _waiting.Enqueue(fresh);
        PassOn();
    }

    private void PassOn()
    {
        while (_pipe is not null && _sent - _taken < settings.Window && _waiting.TryDequeue(out var data))
        {
            _pipe.Write(data);
            _sent += data.Length;
        }
        if (_closing && _waiting.Count == 0 && spawn.Input == CommandInput.Pipe)
            _pipe?.CloseWhenTaken();
    }

    private void TellWriters()
    {
        foreach (var writer in _writers)
            writer.Tell(new InputTaken(_taken, _ended), session);
        if (_ended || _taken == _accepted)
            _writers.Clear();
    }
}
