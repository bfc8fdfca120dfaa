using System.Runtime.InteropServices;
using ActorBrowser.Interop;
using Akka.Actor;

namespace ActorBrowser.Cli;

/// <summary>The local terminal's keys and size, for a command with a terminal of its own.</summary>
internal sealed class TerminalInput : IReadinessHandler, IDisposable
{
    private readonly IActorRef _session;
    private readonly SafeDescriptor _keyboard;
    private readonly PosixSignalRegistration _resized;
    private readonly IReactorRegistration? _registration;

    internal TerminalInput(IActorRef session)
    {
        _session = session;
        _keyboard = LocalTerminal.DuplicateInput();
        // SIGWINCH by its number: the name is not for every platform that this compiles for.
        _resized = PosixSignalRegistration.Create((PosixSignal)28, _ =>
        {
            if (LocalTerminal.TryGetSize(0, out var columns, out var rows) && columns > 0 && rows > 0)
                _session.Tell(new CommandProtocol.ResizeTerminal(columns, rows), ActorRefs.NoSender);
        });
        try
        {
            _registration = Reactor.Shared.Register(_keyboard, Readiness.Readable, this);
        }
        catch (SystemCallException)
        {
            // A plain file cannot be waited for, and need not be: it is there.
            SendFile();
        }
    }

    public void OnReady(Readiness readiness)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var result = UnixPipe.Read(_keyboard, buffer);
        if (result.Status == SocketStatus.Ok)
            _session.Tell(new CommandProtocol.WriteInput(buffer[..result.Bytes].ToArray()), ActorRefs.NoSender);
        else if (result.Status != SocketStatus.WouldBlock)
            _registration?.Dispose();
    }

    public void Dispose()
    {
        _registration?.Dispose();
        _resized.Dispose();
        _keyboard.Dispose();
    }

    private void SendFile()
    {
        Span<byte> buffer = stackalloc byte[4096];
        SocketResult result;
        while ((result = UnixPipe.Read(_keyboard, buffer)).Status == SocketStatus.Ok)
            _session.Tell(new CommandProtocol.WriteInput(buffer[..result.Bytes].ToArray()), ActorRefs.NoSender);
    }
}
