using System.Buffers;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Passes the content of a file on to a command through a pipe: given the file itself, a command of its owner could change its mode, times
/// and attributes, and lock it. A regular file is read from its position on, which does not move. Of a device or a named pipe, at most one
/// page is read that the command has not asked for. Linux.
/// </summary>
internal sealed unsafe class InputFeed
{
    private const int Piece = 64 << 10;
    private const int OnePage = 4096;
    private const int Stack = 256 << 10;
    private const int SeekCurrent = 1;
    private const short BrokenOrClosed = 8 | 32;

    private readonly SafeDescriptor _file;
    private readonly SafeDescriptor _pipe;
    private readonly bool _hasPositions;
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
    internal void Start(Action<string> warn) => new Thread(() => Pass(warn), Stack) { IsBackground = true, Name = "command input" }.Start();

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

    private void Pass(Action<string> warn)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        while (_hasPositions || (Wait(_pipe, PollDescriptor.Writable) && Wait(_file, PollDescriptor.Readable)))
        {
            var read = Read(buffer.AsSpan(0, _hasPositions ? Piece : OnePage), warn);
            if (read == 0 || !Write(buffer.AsSpan(0, Math.Max(0, read))))
                break;
            _at += Math.Max(0, read);
        }
        ArrayPool<byte>.Shared.Return(buffer);
        SafeDescriptor.DisposeAll(_pipe, _file);
    }

    // −1: nothing yet.
    private int Read(Span<byte> buffer, Action<string> warn)
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
                warn($"The command's standard input ends early, after byte {Math.Max(0, _at)} of the file: {new SystemCallException("read", errno).Message}");
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
