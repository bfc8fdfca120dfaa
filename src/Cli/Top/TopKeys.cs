using System.Threading.Channels;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>A key of <c>top</c>.</summary>
internal enum TopKey
{
    Other,
    Quit,
    Up,
    Down,
    PageUp,
    PageDown,
    End,
    Reload,
    Drain,
    Yes,
    ByTree,
    ByRole,
    ByProcessor,
    ByMemory,
    ByInFlight,
    ByUptime,
    ByRestarts,
}

/// <summary>Reads keys from this process's terminal, until disposed.</summary>
internal sealed class TopKeys : IDisposable
{
    private const byte Escape = 0x1b;

    private readonly (SafeDescriptor Read, SafeDescriptor Write) _stop = UnixPipe.Create();
    private readonly Channel<TopKey> _keys = Channel.CreateBounded<TopKey>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SafeDescriptor _terminal;
    private readonly IDisposable _mode;
    private readonly Thread _thread;

    private TopKeys(SafeDescriptor terminal)
    {
        _terminal = terminal;
        _mode = LocalTerminal.EnterKeyMode(terminal);
        _thread = new Thread(Read) { IsBackground = true, Name = "keyboard" };
        _thread.Start();
    }

    /// <summary>Starts reading; null without a terminal, and on Windows, where no server runs.</summary>
    internal static TopKeys? TryStart() => !OperatingSystem.IsWindows() && LocalTerminal.OpenControlling() is { } terminal ? new TopKeys(terminal) : null;

    /// <summary>The keys; completed when the terminal is gone.</summary>
    internal ChannelReader<TopKey> All => _keys.Reader;

    private void Read()
    {
        Span<byte> typed = stackalloc byte[256];
        while (true)
        {
            _ = UnixSocket.WaitForInput(_terminal, _stop.Read, out var isOver);
            if (isOver)
                return;
            var read = UnixPipe.Read(_terminal, typed);
            if (read.Status == SocketStatus.WouldBlock)
                continue;
            if (read.Status != SocketStatus.Ok)
            {
                _keys.Writer.TryComplete();
                return;
            }
            for (ReadOnlySpan<byte> rest = typed[..read.Bytes]; !rest.IsEmpty;)
            {
                _keys.Writer.TryWrite(First(rest, out var length));
                rest = rest[length..];
            }
        }
    }

    /// <summary>The first key of what was typed.</summary>
    internal static TopKey First(ReadOnlySpan<byte> typed, out int length)
    {
        length = 1;
        if (typed is [Escape, (byte)'[' or (byte)'O', .. var rest])
        {
            // Parameters, and the letter or tilde that ends the sequence.
            var end = rest.IndexOfAnyInRange((byte)'@', (byte)'~');
            length = end < 0 ? typed.Length : end + 3;
            return (end < 0 ? default : rest[..(end + 1)]) switch
            {
                [(byte)'A'] => TopKey.Up,
                [(byte)'B'] => TopKey.Down,
                [(byte)'5', (byte)'~'] => TopKey.PageUp,
                [(byte)'6', (byte)'~'] => TopKey.PageDown,
                _ => TopKey.Other,
            };
        }
        return typed[0] switch
        {
            (byte)'q' => TopKey.Quit,
            (byte)'k' => TopKey.Up,
            (byte)'j' => TopKey.Down,
            (byte)'e' => TopKey.End,
            (byte)'r' => TopKey.Reload,
            (byte)'d' => TopKey.Drain,
            (byte)'y' => TopKey.Yes,
            (byte)'T' => TopKey.ByTree,
            (byte)'R' => TopKey.ByRole,
            (byte)'P' => TopKey.ByProcessor,
            (byte)'M' => TopKey.ByMemory,
            (byte)'F' => TopKey.ByInFlight,
            (byte)'U' => TopKey.ByUptime,
            (byte)'S' => TopKey.ByRestarts,
            _ => TopKey.Other,
        };
    }

    public void Dispose()
    {
        // The reader sees the pipe's end.
        _stop.Write.Dispose();
        _thread.Join();
        _stop.Read.Dispose();
        _mode.Dispose();
        _terminal.Dispose();
    }
}
