using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>Sends what is typed at this process's terminal, and the terminal's size, to a command of the server. Without a terminal it sends nothing.</summary>
internal sealed class ServeKeyboard(ServeClient server) : IDisposable
{
    // Ctrl-], as telnet's.
    private const byte Leave = 0x1d;

    private readonly (SafeDescriptor Read, SafeDescriptor Write) _stop = UnixPipe.Create();
    private PosixSignalRegistration? _resized;
    private Thread? _thread;
    private IDisposable? _raw;

    /// <summary>Whether the user has left the command.</summary>
    internal bool HasLeft { get; private set; }

    internal void Start()
    {
        if (!StandardInput.IsTerminal(0))
            return;
        _raw = LocalTerminal.EnterRawMode(0);
        SendSize();
        // SIGWINCH by its number: the name is not available on every platform that this compiles for.
        _resized = PosixSignalRegistration.Create((PosixSignal)28, _ => SendSize());
        _thread = new Thread(Read) { IsBackground = true, Name = "keyboard" };
        _thread.Start();
    }

    private void SendSize()
    {
        if (!LocalTerminal.TryGetSize(0, out var columns, out var rows) || columns <= 0 || rows <= 0)
            return;
        var size = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, columns);
        BinaryPrimitives.WriteInt32LittleEndian(size.AsSpan(4), rows);
        server.Send(ServeKind.Resize, size);
    }

    // Not the console's stream, which changes the terminal's mode.
    private void Read()
    {
        using var terminal = StandardInput.Duplicate();
        Span<byte> typed = stackalloc byte[1024];
        while (true)
        {
            _ = UnixSocket.WaitForInput(terminal, _stop.Read, out var isOver);
            if (isOver)
                return;
            var read = UnixPipe.Read(terminal, typed);
            if (read.Status == SocketStatus.WouldBlock)
                continue;
            if (read.Status != SocketStatus.Ok)
                return;
            var keys = typed[..read.Bytes];
            var end = keys.IndexOf(Leave);
            if (end != 0)
                server.Send(ServeKind.Input, end < 0 ? keys : keys[..end]);
            if (end < 0)
                continue;
            HasLeft = true;
            server.End();
            return;
        }
    }

    public void Dispose()
    {
        _resized?.Dispose();
        // The reader sees the pipe's end.
        _stop.Write.Dispose();
        _thread?.Join();
        _stop.Read.Dispose();
        _raw?.Dispose();
    }
}
