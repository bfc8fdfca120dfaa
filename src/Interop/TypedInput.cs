using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Passes what is typed at this process's terminal on to a command through a pipe, so that the command never gets the terminal. A line
/// is read only when the command has read all lines before it, and none once the command has closed its input: what is typed then
/// belongs to the shell. In the background it does not read. Linux.
/// </summary>
internal sealed unsafe class TypedInput : IDisposable
{
    private const int OnePage = 4096;
    private const int BackgroundCheck = 250;
    private const int StopTime = 1000;
    private const int BlockSignals = 0;
    private const short BrokenOrClosed = 8 | 32;

    // SIGTTIN.
    private const ulong ReadInBackground = 1UL << (21 - 1);

    private readonly SafeDescriptor _terminal = StandardInput.Duplicate();
    private readonly SafeDescriptor _pipe;
    private readonly (SafeDescriptor Read, SafeDescriptor Write) _stop;
    private readonly Thread _thread;
    private readonly Lock _reading = new();
    private bool _isPaused;

    /// <summary>Creates the pipe; nothing is read before <see cref="Start"/>.</summary>
    /// <exception cref="SystemCallException">No descriptors are left.</exception>
    public TypedInput()
    {
        (Command, _pipe) = UnixPipe.CreateForWriting();
        // A pipe of one page has room only when everything in it was read.
        UnixPipe.AskForRoom(_pipe, OnePage);
        _stop = UnixPipe.Create();
        _thread = new Thread(Pass) { IsBackground = true, Name = "terminal input" };
    }

    /// <summary>The reading end, for the command; its new owner closes it.</summary>
    public SafeDescriptor Command { get; }

    /// <summary>The command has started: begins to read. Called once.</summary>
    public void Start() => _thread.Start();

    /// <summary>While it is paused, what is typed is left to the caller.</summary>
    public bool IsPaused
    {
        set
        {
            lock (_reading)
                _isPaused = value;
        }
    }

    /// <summary>Stops reading. The caller has started it or never will.</summary>
    public void Dispose()
    {
        _stop.Write.Dispose();
        // Only a terminal that could not be opened again can block the thread; it then keeps its descriptors until the process ends.
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted) || _thread.Join(StopTime))
            SafeDescriptor.DisposeAll(_terminal, _pipe, _stop.Read);
    }

    private void Pass()
    {
        // Otherwise a read in the background would stop this process; with the signal blocked, the read fails.
        var blocked = stackalloc ulong[16];
        new Span<ulong>(blocked, 16).Clear();
        blocked[0] = ReadInBackground;
        _ = LibC.ThreadSignalMask(BlockSignals, blocked, null);
        var line = new byte[OnePage];
        while (Wait(_pipe, PollDescriptor.Writable) && Wait(_terminal, PollDescriptor.Readable))
        {
            if (!LocalTerminal.IsInForeground(_terminal.Value))
            {
                if (!Wait(null, 0, BackgroundCheck))
                    break;
                continue;
            }
            SocketResult read;
            bool isPaused;
            lock (_reading)
            {
                isPaused = _isPaused;
                read = isPaused ? default : UnixPipe.Read(_terminal, line);
            }
            if (isPaused)
            {
                if (!Wait(null, 0, BackgroundCheck))
                    break;
                continue;
            }
            if (read.Status == SocketStatus.WouldBlock || (read.Status != SocketStatus.Ok && !LocalTerminal.IsInForeground(_terminal.Value)))
                continue;
            if (read.Status != SocketStatus.Ok || UnixPipe.Write(_pipe, line.AsSpan(0, read.Bytes)).Status != SocketStatus.Ok)
                break;
        }
        _pipe.Dispose();
    }

    // False if the command has closed its input, or this is to stop.
    private bool Wait(SafeDescriptor? descriptor, short events, int milliseconds = -1)
    {
        // poll() ignores negative descriptors.
        var polled = stackalloc PollDescriptor[3]
        {
            new PollDescriptor(_pipe.Value, 0), new PollDescriptor(_stop.Read.Value, PollDescriptor.Readable), new PollDescriptor(descriptor?.Value ?? -1, events),
        };
        while (LibC.Poll(polled, 3, milliseconds) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                return false;
        }
        return (polled[0].Returned & BrokenOrClosed) == 0 && polled[1].Returned == 0;
    }
}
