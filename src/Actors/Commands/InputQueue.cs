using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>The input that a command has not taken yet: up to one window is in the <see cref="InputPipe"/>; the rest is queued here, up to a limit.</summary>
/// <param name="session">The session, the sender of the messages to writers.</param>
/// <param name="spawn">The request.</param>
/// <param name="settings">The limits.</param>
internal sealed class InputQueue(IActorRef session, Spawn spawn, CommandSettings settings) : IDisposable
{
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    // The actors that have written input which the command has not fully taken.
    private readonly HashSet<IActorRef> _writers = [];
    private IInputTarget? _pipe;
    private long _accepted;
    private long _sent;
    private long _taken;
    private bool _closing;
    private bool _ended;

    /// <summary>Sets the writing end of the input, which the queue owns from now on; null for a command without input.</summary>
    internal void Connect(SafeDescriptor? descriptor) => _pipe = descriptor is null ? null : new InputPipe(session, descriptor);

    /// <summary>Sets an input that goes in frames.</summary>
    internal void Connect(FramedInput input) => _pipe = input;

    /// <summary>Queues input, or refuses it.</summary>
    /// <param name="write">The input.</param>
    /// <param name="writer">The actor to tell how much the command has taken, or why the input is refused.</param>
    /// <param name="hasExited">Whether the command has ended.</param>
    internal void Write(WriteInput write, IActorRef writer, bool hasExited)
    {
        var offset = write.Offset ?? _accepted;
        if (spawn.Input != CommandInput.Pipe && spawn.Output != CommandOutput.Terminal)
            writer.Tell(new InputRefused("The command was started without an input."));
        else if (hasExited || _ended || _closing)
            writer.Tell(new InputRefused("The command's input is closed."));
        else if (offset < 0 || offset > _accepted)
            writer.Tell(new InputRefused($"Input at offset {offset} would leave a gap; the next offset is {_accepted}."));
        else if (_accepted - _taken + write.Data.Length > settings.MaxQueuedInput)
            writer.Tell(new InputRefused($"{_accepted - _taken} bytes of input wait for the command already; actorbrowser.commands.max-queued-input allows {settings.MaxQueuedInput}."));
        else if (MessageBytes.Take(write.Data, out var data) is { } problem)
            writer.Tell(new InputRefused($"{problem}."));
        else
            Accept(data[(int)Math.Min(_accepted - offset, data.Length)..], writer);
    }

    /// <summary>Closes the input once the command has taken all of it.</summary>
    internal void CloseWhenTaken()
    {
        _closing = true;
        PassOn();
    }

    /// <summary>Records that the command has taken input, or takes no more, and tells the writers.</summary>
    internal void OnTaken(InputPipe.Taken taken)
    {
        _taken = taken.Bytes;
        _ended |= taken.Ended;
        if (taken.Ended)
            _waiting.Clear();
        TellWriters();
        PassOn();
    }

    /// <summary>The session stops: tells the writers what the command has taken.</summary>
    internal void End()
    {
        Dispose();
        _ended = true;
        TellWriters();
    }

    /// <summary>Closes the pipe; no more input is written.</summary>
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
