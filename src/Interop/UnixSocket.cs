using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The outcome of a socket call.</summary>
internal enum SocketStatus
{
    /// <summary>Bytes were moved.</summary>
    Ok,

    /// <summary>Not possible now: wait for readiness.</summary>
    WouldBlock,

    /// <summary>The peer has closed, or reset, the connection.</summary>
    Closed,

    /// <summary>More descriptors arrived than there was room for; all received ones have been closed.</summary>
    DescriptorsTruncated,

    /// <summary>Another error; see the errno.</summary>
    Failed,
}

/// <summary>The result of one send or receive.</summary>
/// <param name="Status">The outcome.</param>
/// <param name="Bytes">Bytes moved.</param>
/// <param name="Descriptors">Descriptors received.</param>
/// <param name="Errno">Set when <paramref name="Status"/> is <see cref="SocketStatus.Failed"/>.</param>
internal readonly record struct SocketResult(SocketStatus Status, int Bytes, int Descriptors = 0, int Errno = 0);

/// <summary>
/// Unix stream sockets that carry descriptors. Descriptors are received close-on-exec; sending to a closed peer is a
/// result, never SIGPIPE.
/// </summary>
internal static unsafe class UnixSocket
{
    /// <summary>The most descriptors one call carries (the kernel's SCM_MAX_FD).</summary>
    public const int MaxDescriptors = 253;

    private const int UnixDomain = 1;
    private const int Stream = 1;

    private static readonly bool Linux = OperatingSystem.IsLinux();

    private static int CloseOnExec => Linux ? 0x80000 : 0;

    private static int NoSignal => Linux ? 0x4000 : 0x80000;

    private static int DontWait => Linux ? 0x40 : 0x80;

    private static int ReceiveCloseOnExec => Linux ? 0x40000000 : 0;

    private static int ControlTruncated => Linux ? 0x8 : 0x20;

    private static int SocketLevel => Linux ? 1 : 0xffff;

    private const int Rights = 1;

    private static int SendBuffer => Linux ? 7 : 0x1001;

    /// <summary>A connected pair, both ends close-on-exec and blocking.</summary>
    public static (SafeDescriptor First, SafeDescriptor Second) CreatePair()
    {
        var pair = stackalloc int[2];
        if (LibC.SocketPair(UnixDomain, Stream | CloseOnExec, 0, pair) != 0)
            throw SystemCallException.FromLastError("socketpair");
        var ends = (new SafeDescriptor(pair[0]), new SafeDescriptor(pair[1]));
        AskForSendBuffer(pair[0]);
        AskForSendBuffer(pair[1]);
        if (!Linux)
        {
            // No SOCK_CLOEXEC there: the window between the two calls is closed by POSIX_SPAWN_CLOEXEC_DEFAULT.
            DescriptorFlags.SetCloseOnExec(ends.Item1);
            DescriptorFlags.SetCloseOnExec(ends.Item2);
        }
        return ends;
    }

    // The kernel grants up to its own limit (Linux: twice net.core.wmem_max), and uses memory only while bytes wait. With
    // the default size a body's sender sleeps and wakes several times per megabyte.
    private static void AskForSendBuffer(int socket)
    {
        var bytes = 256 << 10;
        _ = LibC.SetSocketOption(socket, SocketLevel, SendBuffer, &bytes, sizeof(int));
    }

    /// <summary>Sends bytes and, with the first of them, descriptors.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="data">At least one byte.</param>
    /// <param name="descriptors">The caller keeps ownership; at most <see cref="MaxDescriptors"/>.</param>
    /// <param name="wait">Whether to block while the peer's buffer is full.</param>
    public static SocketResult Send(SafeDescriptor socket, ReadOnlySpan<byte> data, ReadOnlySpan<SafeDescriptor> descriptors, bool wait)
    {
        var flags = NoSignal | (wait ? 0 : DontWait);
        nint sent;
        fixed (byte* bytes = data)
        {
            do
            {
                sent = descriptors.IsEmpty
                    ? LibC.Send(socket.Value, bytes, (nuint)data.Length, flags)
                    : SendWithRights(socket.Value, bytes, data.Length, descriptors, flags);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        }
        return sent >= 0 ? new SocketResult(SocketStatus.Ok, (int)sent) : Failure();
    }

    /// <summary>Blocks until the socket has input or is at its end, or the other descriptor is readable.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="other">The other descriptor.</param>
    /// <param name="otherReadable">Whether the other descriptor is readable.</param>
    /// <returns>Whether a receive would not block.</returns>
    public static bool WaitForInput(SafeDescriptor socket, SafeDescriptor other, out bool otherReadable)
    {
        var polled = stackalloc PollDescriptor[2] { new(socket.Value, PollDescriptor.Readable), new(other.Value, PollDescriptor.Readable) };
        // If interrupted, the next wait reports the state.
        var ready = LibC.Poll(polled, 2, -1) > 0;
        otherReadable = ready && polled[1].Returned != 0;
        return ready && polled[0].Returned != 0;
    }

    /// <summary>Receives bytes and the descriptors sent with them.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="buffer">Room for at least one byte.</param>
    /// <param name="descriptors">Filled from the front with the received descriptors; the caller owns them.</param>
    /// <param name="wait">Whether to block until something arrives.</param>
    /// <returns><see cref="SocketStatus.Closed"/> at the end of the stream.</returns>
    public static SocketResult Receive(SafeDescriptor socket, Span<byte> buffer, Span<SafeDescriptor?> descriptors, bool wait)
    {
        // Room for one more than allowed: a surplus must be seen, not silently cut off by the kernel.
        var room = descriptors.Length + 1;
        var controlLength = ControlHeader + (((room * sizeof(int)) + 7) & ~7);
        var control = stackalloc byte[controlLength];
        var flags = ReceiveCloseOnExec | (wait ? 0 : DontWait);
        fixed (byte* bytes = buffer)
        {
            var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
            var message = default(MessageHeader);
            nint received;
            do
            {
                message.Fill(&vector, control, controlLength);
                received = LibC.RecvMsg(socket.Value, &message, flags);
            }
            while (received < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
            if (received < 0)
                return Failure();
            var count = TakeRights(control, message.GetControlLength(), descriptors, out var surplus);
            if (surplus || (message.GetFlags() & ControlTruncated) != 0)
            {
                for (var i = 0; i < count; i++)
                    descriptors[i]?.Dispose();
                return new SocketResult(SocketStatus.DescriptorsTruncated, (int)received);
            }
            return received == 0 ? new SocketResult(SocketStatus.Closed, 0) : new SocketResult(SocketStatus.Ok, (int)received, count);
        }
    }

    /// <summary>
    /// Ends receiving: bytes that have arrived can still be read, then the stream ends, even while another process
    /// holds the peer's end open.
    /// </summary>
    /// <param name="socket">The socket.</param>
    public static void EndReceiving(SafeDescriptor socket) => Shutdown(socket, 0);

    /// <summary>Ends both directions; a thread waiting on the socket wakes up.</summary>
    /// <param name="socket">The socket.</param>
    public static void EndBoth(SafeDescriptor socket) => Shutdown(socket, 2);

    private static void Shutdown(SafeDescriptor socket, int how)
    {
        // ENOTCONN: the peer has closed already, so there is nothing left to end.
        _ = LibC.Shutdown(socket.Value, how);
    }

    private static int ControlHeader => Linux ? 16 : 12;

    private static nint SendWithRights(int socket, byte* bytes, int length, ReadOnlySpan<SafeDescriptor> descriptors, int flags)
    {
        var payload = descriptors.Length * sizeof(int);
        var controlLength = ControlHeader + ((payload + 7) & ~7);
        var control = stackalloc byte[controlLength];
        new Span<byte>(control, controlLength).Clear();
        WriteControlHeader(control, ControlHeader + payload);
        for (var i = 0; i < descriptors.Length; i++)
            ((int*)(control + ControlHeader))[i] = descriptors[i].Value;
        var vector = new IoVector { Base = bytes, Length = (nuint)length };
        var message = default(MessageHeader);
        message.Fill(&vector, control, Linux ? controlLength : ControlHeader + payload);
        return LibC.SendMsg(socket, &message, flags);
    }

    private static void WriteControlHeader(byte* control, int length)
    {
        if (Linux)
        {
            *(nuint*)control = (nuint)length;
            ((int*)control)[2] = SocketLevel;
            ((int*)control)[3] = Rights;
        }
        else
        {
            ((int*)control)[0] = length;
            ((int*)control)[1] = SocketLevel;
            ((int*)control)[2] = Rights;
        }
    }

    private static int TakeRights(byte* control, long length, Span<SafeDescriptor?> descriptors, out bool surplus)
    {
        surplus = false;
        var taken = 0;
        for (long at = 0; at + ControlHeader <= length;)
        {
            var entry = control + at;
            var size = Linux ? (long)*(nuint*)entry : *(uint*)entry;
            if (size < ControlHeader || at + size > length)
                break;
            var level = ((int*)entry)[Linux ? 2 : 1];
            var type = ((int*)entry)[Linux ? 3 : 2];
            if (level == SocketLevel && type == Rights)
            {
                var count = (size - ControlHeader) / sizeof(int);
                for (var i = 0; i < count; i++)
                {
                    var owned = new SafeDescriptor(((int*)(entry + ControlHeader))[i]);
                    if (!Linux)
                        DescriptorFlags.SetCloseOnExec(owned);
                    if (taken < descriptors.Length)
                    {
                        descriptors[taken++] = owned;
                    }
                    else
                    {
                        surplus = true;
                        owned.Dispose();
                    }
                }
            }
            at += (size + (Linux ? 7 : 3)) & ~(Linux ? 7L : 3L);
        }
        return taken;
    }

    private static SocketResult Failure()
    {
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.WouldBlock ? new SocketResult(SocketStatus.WouldBlock, 0)
            : errno == Errno.BrokenPipe || errno == Errno.ConnectionReset ? new SocketResult(SocketStatus.Closed, 0)
            : new SocketResult(SocketStatus.Failed, 0, 0, errno);
    }
}
