using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Passes the content of a file on to a command through a pipe: given the file itself, a command of its owner could change its mode, times
/// and attributes, and lock it. A regular file is read from its position on, which does not move. Of a device or a named pipe, at most one
/// page is read that the command has not asked for; one of these has a thread, since reading it may wait. Linux.
/// </summary>
internal sealed unsafe class InputFeed : IReadinessHandler, IThreadPoolWorkItem
{
    private const int Piece = 64 << 10;
    private const int OnePage = 4096;
    private const int Stack = 256 << 10;
    private const int PiecesAtOnce = 16;
    private const int SeekCurrent = 1;
    private const short BrokenOrClosed = 8 | 32;

    private readonly SafeDescriptor _file;
    private readonly SafeDescriptor _pipe;
    private readonly bool _hasPositions;
    private readonly Lock _lock = new();
    private IReactorRegistration? _room;
    private Action<string> _warn = static _ => { };
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _at;

    private InputFeed(SafeDescriptor file, SafeDescriptor pipe)
    {
        (_file, _pipe) = (file, pipe);
        _at = LibC.Seek(file.Value, 0, SeekCurrent);
        _hasPositions = _at >= 0 && PathProbe.Look(file.Value) is { IsDevice: false };
        if (!_hasPositions)
            // A pipe of one page has room only when everything in it was read.
            UnixPipe.AskForRoom(pipe, OnePage);
    }

    /// <summary>
    /// Returns what a command is given as its input instead of a descriptor: a pipe for a file, a device or a named pipe; for what cannot be
    /// read, a descriptor that cannot be read either; and anonymous pipes, sockets and sealed memory as they are.
    /// </summary>
    /// <param name="input">An open descriptor; this method takes ownership when it returns.</param>
    /// <param name="feed">To be started; null if nothing is to be passed on.</param>
    /// <exception cref="SystemCallException">No descriptors are left.</exception>
    internal static SafeDescriptor For(SafeDescriptor input, out InputFeed? feed)
    {
        feed = null;
        if (!OperatingSystem.IsLinux() || PathProbe.Look(input.Value) is not { } state || state.IsWithoutFile
            || (state.IsPipe && IsAnonymous(state)) || SharedMemory.SealsOf(input).HasFlag(Seals.Write))
            return input;
        var (read, write) = UnixPipe.CreateForWriting();
        if (!StandardInput.IsReadable(input))
        {
            SafeDescriptor.DisposeAll(input, read);
            return write;
        }
        feed = new InputFeed(input, write);
        return read;
    }

    /// <summary>Begins to pass the file on. Called once.</summary>
    /// <param name="warn">Is told, on another thread, if the file cannot be read to its end.</param>
    internal void Start(Action<string> warn)
    {
        _warn = warn;
        _buffer = ArrayPool<byte>.Shared.Rent(Piece);
        if (_hasPositions)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else
            new Thread(Pass, Stack) { IsBackground = true, Name = "command input" }.Start();
    }

    // The pipe has room, or no reader any more. Level-triggered: it is watched again when it is full again.
    public void OnReady(Readiness readiness)
    {
        lock (_lock)
        {
            _room?.Dispose();
            _room = null;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var piece = 0; piece < PiecesAtOnce; piece++)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, Read(_buffer.AsSpan(0, Piece)));
                if (_end <= 0)
                {
                    End();
                    return;
                }
                _at += _end;
            }
            var written = UnixPipe.Write(_pipe, _buffer.AsSpan(_start.._end));
            if (written.Status == SocketStatus.WouldBlock)
            {
                WaitForRoom();
                return;
            }
            if (written.Status != SocketStatus.Ok)
            {
                // Nobody reads any more, which is not an error.
                End();
                return;
            }
            _start += written.Bytes;
        }
        // Others want this thread, too.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void WaitForRoom()
    {
        try
        {
            lock (_lock)
                _room = Reactor.Shared.Register(_pipe, Readiness.Writable, this);
        }
        catch (SystemCallException e)
        {
            Warn(e);
            End();
        }
    }

    private void End()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        SafeDescriptor.DisposeAll(_pipe, _file);
    }

    private void Warn(SystemCallException e) => _warn($"The command's standard input ends early, after byte {Math.Max(0, _at - (_end - _start))} of the file: {e.Message}");

    // All anonymous pipes are on one file system, which holds nothing else.
    private static bool IsAnonymous(FoundFile pipe)
    {
        var (read, write) = UnixPipe.Create();
        try
        {
            return PathProbe.Look(read.Value)?.Identity.Device == pipe.Identity.Device;
        }
        finally
        {
            SafeDescriptor.DisposeAll(read, write);
        }
    }

    private void Pass()
    {
        while (Wait(_pipe, PollDescriptor.Writable) && Wait(_file, PollDescriptor.Readable))
        {
            var read = Read(_buffer.AsSpan(0, OnePage));
            if (read == 0 || !Write(_buffer.AsSpan(0, Math.Max(0, read))))
                break;
            _at += Math.Max(0, read);
        }
        End();
    }

    // −1: nothing yet.
    private int Read(Span<byte> buffer)
    {
        fixed (byte* room = buffer)
        {
            while (true)
            {
                var read = _hasPositions ? LibC.ReadAt(_file.Value, room, (nuint)buffer.Length, (nint)_at) : LibC.Read(_file.Value, room, (nuint)buffer.Length);
                if (read >= 0)
                    return (int)read;
                var errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.WouldBlock)
                    return -1;
                if (errno == Errno.Interrupted)
                    continue;
                Warn(new SystemCallException("read", errno));
                return 0;
            }
        }
    }

    private bool Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var written = UnixPipe.Write(_pipe, data);
            if (written.Status == SocketStatus.Ok)
                data = data[written.Bytes..];
            else if (written.Status != SocketStatus.WouldBlock || !Wait(_pipe, PollDescriptor.Writable))
                // Nobody reads any more, which is not an error.
                return false;
        }
        return true;
    }

    // False if nobody can read the pipe any more.
    private bool Wait(SafeDescriptor descriptor, short events)
    {
        var polled = stackalloc PollDescriptor[2] { new PollDescriptor(_pipe.Value, 0), new PollDescriptor(descriptor.Value, events) };
        while (LibC.Poll(polled, 2, -1) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                return false;
        }
        return (polled[0].Returned & BrokenOrClosed) == 0;
    }
}
