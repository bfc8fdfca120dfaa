using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>A command's input pipe: what has come and is not taken yet waits here, and nothing waits for the command.</summary>
internal sealed class InputPump(RunningCommand command, SafeDescriptor pipe) : IReadinessHandler
{
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    private IReactorRegistration? _registration;
    private long _received;
    private long _taken;
    private int _takenOfFirst;
    private bool _closing;
    private bool _ended;

    // With the command's lock held.
    internal ProtocolViolation? Add(long offset, ReadOnlyMemory<byte> data)
    {
        if (_ended || _closing)
            return null;
        if (offset > _received)
            return new ProtocolViolation(ViolationKind.OutOfState, $"Input came for offset {offset}; {_received} was next.");
        var known = (int)Math.Min(_received - offset, data.Length);
        if (known == data.Length)
            return null;
        var fresh = data[known..];
        _received += fresh.Length;
        // A copy: the frame is on loan.
        _waiting.Enqueue(fresh.ToArray());
        if (_registration is null)
            Write();
        return null;
    }

    internal void CloseWhenTaken()
    {
        _closing = true;
        if (_waiting.Count == 0)
            End();
    }

    internal void End()
    {
        if (_ended)
            return;
        _ended = true;
        _waiting.Clear();
        _registration?.Dispose();
        _registration = null;
        pipe.Dispose();
        command.Send(new StdinTaken(_taken, Ended: true));
    }

    public void OnReady(Readiness readiness)
    {
        lock (command.Gate)
        {
            if (_ended)
                return;
            Write();
        }
        command.Flush();
    }

    private void Write()
    {
        var before = _taken;
        while (_waiting.TryPeek(out var next))
        {
            var result = UnixPipe.Write(pipe, next.Span[_takenOfFirst..]);
            if (result.Status == SocketStatus.WouldBlock)
            {
                _registration ??= Reactor.Shared.Register(pipe, Readiness.Writable, this);
                break;
            }
            if (result.Status != SocketStatus.Ok)
            {
                // The command reads no more; that is its right, and no error of its output's.
                End();
                return;
            }
            _taken += result.Bytes;
            _takenOfFirst += result.Bytes;
            if (_takenOfFirst < next.Length)
                continue;
            _waiting.Dequeue();
            _takenOfFirst = 0;
        }
        if (_taken != before)
        {
            command.OnInput();
            command.Send(new StdinTaken(_taken, Ended: false));
        }
        if (_waiting.Count > 0)
            return;
        _registration?.Dispose();
        _registration = null;
        if (_closing)
            End();
    }
}
