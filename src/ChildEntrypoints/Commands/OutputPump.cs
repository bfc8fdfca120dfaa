using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>One output pipe of a command: read when there is credit, left alone when there is none, so that the command waits.</summary>
internal sealed class OutputPump : IReadinessHandler
{
    // The parent keeps each piece as an array: below the size at which arrays are collected with the whole heap.
    private const int MostAtOnce = 64 << 10;

    [ThreadStatic]
    private static byte[]? t_buffer;

    private readonly RunningCommand _command;
    private readonly OutputStream _stream;
    private readonly SafeDescriptor _pipe;
    private IReactorRegistration? _registration;
    private long _lastBytes = long.MaxValue;

    internal OutputPump(RunningCommand command, OutputStream stream, SafeDescriptor pipe)
    {
        _command = command;
        _stream = stream;
        _pipe = pipe;
    }

    internal long Offset { get; private set; }

    internal bool Ended { get; private set; }

    internal int Waiting => Ended ? 0 : UnixPipe.Waiting(_pipe);

    // All of these with the command's lock held.
    internal void Resume()
    {
        if (!Ended && _registration is null)
            _registration = Reactor.Shared.Register(_pipe, Readiness.Readable, this);
    }

    /// <summary>
    /// The command is gone and its survivors' time is over: what is in the pipe now still counts, what comes later does not.
    /// It needs no credit: a reader that has stopped reading does not keep a dead command open, and a pipe holds little.
    /// </summary>
    internal void EndWithWhatIsThere()
    {
        if (Ended || _lastBytes != long.MaxValue)
            return;
        _lastBytes = UnixPipe.Waiting(_pipe);
        if (_lastBytes == 0)
            End();
        else
            Resume();
    }

    internal void End()
    {
        if (Ended)
            return;
        Ended = true;
        Pause();
        _pipe.Dispose();
    }

    public void OnReady(Readiness readiness)
    {
        lock (_command.Gate)
        {
            if (Ended)
                return;
            var room = (int)Math.Min(_lastBytes == long.MaxValue ? _command.Credit : _lastBytes, MostAtOnce);
            if (room == 0)
            {
                Pause();
                return;
            }
            var buffer = (t_buffer ??= GC.AllocateUninitializedArray<byte>(MostAtOnce)).AsMemory(0, room);
            var result = UnixPipe.Read(_pipe, buffer.Span);
            switch (result.Status)
            {
                case SocketStatus.Ok:
                    _command.Send(new Output(_stream, Offset, buffer[..result.Bytes]));
                    Offset += result.Bytes;
                    _lastBytes -= _lastBytes == long.MaxValue ? 0 : result.Bytes;
                    if (_lastBytes == 0)
                        End();
                    _command.OnOutput(result.Bytes);
                    break;
                case SocketStatus.WouldBlock:
                    return;
                default:
                    End();
                    break;
            }
            if (Ended)
                _command.OnPumpEnded();
        }
        _command.Flush();
    }

    private void Pause()
    {
        // Not an empty interest: a pipe without writers would be reported for ever.
        _registration?.Dispose();
        _registration = null;
    }
}
