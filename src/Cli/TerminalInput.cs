using System.Runtime.InteropServices;
using ActorBrowser.Interop;
using Akka.Actor;

namespace ActorBrowser.Cli;

/// <summary>
/// Sends the local terminal's keys and size, or the content of a file or pipe, to a command that runs in a terminal. It
/// reads no more than the command takes. A terminal's input cannot be closed: at the end of the input it sends Ctrl-D.
/// </summary>
internal sealed class TerminalInput : IReadinessHandler, IExecInput
{
    private const int MostAhead = 256 << 10;

    // Ctrl-D. In the middle of a line the first only ends the line, so the end of input needs a second.
    private static readonly byte[] End = [4];
    private static readonly byte[] EndInLine = [4, 4];

    private readonly Lock _lock = new();
    private readonly SafeDescriptor _input = StandardInput.Duplicate();
    private IActorRef _session = ActorRefs.Nobody;
    private PosixSignalRegistration? _resized;
    private IReactorRegistration? _registration;
    private bool _isPlainFile;
    private long _sent;
    private long _taken;
    private byte _last = (byte)'\n';
    private bool _ended;

    /// <inheritdoc/>
    public void Start(IActorRef session)
    {
        _session = session;
        // SIGWINCH by its number: the name is not available on every platform that this compiles for.
        _resized = PosixSignalRegistration.Create((PosixSignal)28, _ =>
        {
            if (LocalTerminal.TryGetSize(0, out var columns, out var rows) && columns > 0 && rows > 0)
                session.Tell(new CommandProtocol.ResizeTerminal(columns, rows), ActorRefs.NoSender);
        });
        lock (_lock)
            Resume();
    }

    /// <inheritdoc/>
    public void OnTaken(CommandProtocol.InputTaken taken)
    {
        lock (_lock)
        {
            _taken = taken.Taken;
            if (taken.Ended)
                Stop();
            else
                Resume();
        }
    }

    public void OnReady(Readiness readiness)
    {
        lock (_lock)
        {
            if (_registration is not null)
                ReadOnce();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Stop();
            _resized?.Dispose();
            _input.Dispose();
        }
    }

    private void Resume()
    {
        if (!_ended && !_isPlainFile && _registration is null && _sent - _taken < MostAhead)
        {
            try
            {
                _registration = Reactor.Shared.Register(_input, Readiness.Readable, this);
            }
            catch (SystemCallException)
            {
                // epoll refuses a plain file, which is always readable.
                _isPlainFile = true;
            }
        }
        while (_isPlainFile && !_ended && _sent - _taken < MostAhead)
            ReadOnce();
    }

    private void ReadOnce()
    {
        Span<byte> buffer = stackalloc byte[4096];
        var result = UnixPipe.Read(_input, buffer);
        if (result.Status == SocketStatus.WouldBlock)
            return;
        if (result.Status != SocketStatus.Ok)
        {
            Stop();
            _session.Tell(new CommandProtocol.WriteInput(_last == '\n' ? End : EndInLine), ActorRefs.NoSender);
            return;
        }
        _session.Tell(new CommandProtocol.WriteInput(buffer[..result.Bytes].ToArray()), ActorRefs.NoSender);
        _sent += result.Bytes;
        _last = buffer[result.Bytes - 1];
        if (_sent - _taken >= MostAhead)
            Pause();
    }

    private void Pause()
    {
        _registration?.Dispose();
        _registration = null;
    }

    private void Stop()
    {
        _ended = true;
        Pause();
    }
}
