using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Non-blocking TCP and UDP sockets, by their descriptors. Linux.</summary>
internal static unsafe class InternetSocket
{
    /// <summary>The longest socket address, in bytes.</summary>
    internal const int AddressBytes = 28;

    private const int Internet = 2;
    private const int Internet6 = 10;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int NoSignal = 0x4000;
    private const int SocketLevel = 1;
    private const int TcpLevel = 6;
    private const int NoDelay = 1;
    private const int PendingError = 4;
    private const int Linger = 13;
    private const int SendingSide = 1;

    /// <summary>Begins to connect; the socket becomes writable when that has succeeded or failed.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="socket">The socket, which the caller owns; null if it failed at once.</param>
    /// <returns>0, or the errno.</returns>
    public static int BeginConnect(IPAddress address, int port, out SafeDescriptor? socket)
    {
        socket = null;
        var family = address.AddressFamily == AddressFamily.InterNetwork ? Internet : Internet6;
        var number = LibC.CreateSocket(family, Stream | CloseOnExec | NonBlocking, 0);
        if (number < 0)
            return Marshal.GetLastPInvokeError();
        var descriptor = new SafeDescriptor(number);
        var on = 1;
        _ = LibC.SetSocketOption(number, TcpLevel, NoDelay, &on, sizeof(int));
        var native = stackalloc byte[AddressBytes];
        var length = Write(new Span<byte>(native, AddressBytes), address, port);
        if (LibC.Connect(number, native, (uint)length) == 0 || Marshal.GetLastPInvokeError() == Errno.InProgress)
        {
            socket = descriptor;
            return 0;
        }
        var errno = Marshal.GetLastPInvokeError();
        descriptor.Dispose();
        return errno;
    }

    /// <summary>The error of a connection attempt that has ended; 0 if it succeeded.</summary>
    public static int TakeError(SafeDescriptor socket)
    {
        var errno = 0;
        var length = (uint)sizeof(int);
        return LibC.GetSocketOption(socket.Value, SocketLevel, PendingError, &errno, &length) == 0 ? errno : Marshal.GetLastPInvokeError();
    }

    /// <summary>Sends small pieces at once. Connections that a listening socket accepts inherit it.</summary>
    public static void SendAtOnce(SafeDescriptor socket)
    {
        var on = 1;
        _ = LibC.SetSocketOption(socket.Value, TcpLevel, NoDelay, &on, sizeof(int));
    }

    /// <summary>Accepts a connection.</summary>
    /// <param name="listener">A non-blocking listening socket.</param>
    /// <param name="connection">The connection, non-blocking; null if there is none now, or it failed.</param>
    /// <returns>0, or the errno.</returns>
    public static int Accept(SafeDescriptor listener, out SafeDescriptor? connection)
    {
        var number = LibC.Accept(listener.Value, null, null, CloseOnExec | NonBlocking);
        connection = number < 0 ? null : new SafeDescriptor(number);
        return number < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>The address to which the other end connected.</summary>
    public static IPAddress? LocalAddress(SafeDescriptor socket)
    {
        var native = stackalloc byte[AddressBytes];
        var length = (uint)AddressBytes;
        if (LibC.GetSocketName(socket.Value, native, &length) != 0)
            return null;
        var bytes = new ReadOnlySpan<byte>(native, (int)Math.Min(length, AddressBytes));
        return MemoryMarshal.Read<ushort>(bytes) == Internet ? new IPAddress(bytes.Slice(4, 4)) : new IPAddress(bytes.Slice(8, 16));
    }

    /// <summary>Receives what has arrived; <see cref="SocketStatus.Closed"/> at the end of the stream.</summary>
    public static SocketResult Receive(SafeDescriptor socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint received;
            while ((received = LibC.ReceiveFrom(socket.Value, bytes, (nuint)buffer.Length, 0, null, null)) < 0)
            {
                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    return Failure();
            }
            return new SocketResult(received == 0 ? SocketStatus.Closed : SocketStatus.Ok, (int)received);
        }
    }

    /// <summary>Sends as much as fits now.</summary>
    public static SocketResult Send(SafeDescriptor socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            nint sent;
            while ((sent = LibC.SendTo(socket.Value, bytes, (nuint)data.Length, NoSignal, null, 0)) < 0)
            {
                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    return Failure();
            }
            return new SocketResult(SocketStatus.Ok, (int)sent);
        }
    }

    /// <summary>Receives a datagram.</summary>
    /// <param name="socket">A non-blocking UDP socket.</param>
    /// <param name="buffer">Longer datagrams are cut.</param>
    /// <param name="sender">Filled with the sender's address.</param>
    /// <param name="senderLength">Its length.</param>
    public static SocketResult ReceiveDatagram(SafeDescriptor socket, Span<byte> buffer, Span<byte> sender, out int senderLength)
    {
        fixed (byte* bytes = buffer, address = sender)
        {
            var length = (uint)sender.Length;
            var received = LibC.ReceiveFrom(socket.Value, bytes, (nuint)buffer.Length, 0, address, &length);
            senderLength = (int)length;
            return received >= 0 ? new SocketResult(SocketStatus.Ok, (int)received) : Failure();
        }
    }

    /// <summary>Sends a datagram; it is dropped if it does not fit now, as on any network.</summary>
    public static void SendDatagram(SafeDescriptor socket, ReadOnlySpan<byte> data, ReadOnlySpan<byte> receiver)
    {
        fixed (byte* bytes = data, address = receiver)
            _ = LibC.SendTo(socket.Value, bytes, (nuint)data.Length, NoSignal, address, (uint)receiver.Length);
    }

    /// <summary>Tells the other end that nothing more is sent.</summary>
    public static void EndSending(SafeDescriptor socket) => _ = LibC.Shutdown(socket.Value, SendingSide);

    /// <summary>Closes the socket so that the other end sees a reset, not an orderly end.</summary>
    public static void Reset(SafeDescriptor socket)
    {
        var linger = stackalloc int[2] { 1, 0 };
        _ = LibC.SetSocketOption(socket.Value, SocketLevel, Linger, linger, 2 * sizeof(int));
        socket.Dispose();
    }

    private static int Write(Span<byte> native, IPAddress address, int port)
    {
        native.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(native[2..], (ushort)port);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            MemoryMarshal.Write(native, (ushort)Internet);
            address.TryWriteBytes(native.Slice(4, 4), out _);
            return 16;
        }
        MemoryMarshal.Write(native, (ushort)Internet6);
        address.TryWriteBytes(native.Slice(8, 16), out _);
        // A link-local address belongs to one of the machine's links.
        BinaryPrimitives.WriteUInt32LittleEndian(native[24..], (uint)address.ScopeId);
        return AddressBytes;
    }

    private static SocketResult Failure()
    {
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.WouldBlock ? new SocketResult(SocketStatus.WouldBlock, 0)
            : errno == Errno.BrokenPipe || errno == Errno.ConnectionReset ? new SocketResult(SocketStatus.Closed, 0, 0, errno)
            : new SocketResult(SocketStatus.Failed, 0, 0, errno);
    }
}
