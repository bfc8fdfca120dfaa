using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>Sockets of this machine with a name, and who is at their other end. Linux.</summary>
internal static unsafe class UnixPeer
{
    private const int UnixDomain = 1;
    private const int StreamCloseOnExec = 0x80001;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int ReceiveTime = 20;
    private const int SendTime = 21;
    private const int LongestPath = 107;

    /// <summary>Connects to a socket.</summary>
    /// <param name="path">Its name; at most 107 bytes.</param>
    /// <param name="patience">How long to wait while as many wait already as who listens there allows.</param>
    /// <returns>The connection; null if nobody listens there, or this process may have no such socket, as in a sandbox.</returns>
    /// <exception cref="TimeoutException">Who listens there takes no connection for so long.</exception>
    public static SafeDescriptor? TryConnect(string path, TimeSpan patience)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (OperatingSystem.IsWindows() || name.Length > LongestPath)
            return null;
        var socket = new SafeDescriptor(LibC.CreateSocket(UnixDomain, StreamCloseOnExec, 0));
        if (socket.IsInvalid)
            return null;
        SetPatience(socket, patience);
        // struct sockaddr_un: the family, and the name with its final zero.
        var address = stackalloc byte[2 + LongestPath + 1];
        new Span<byte>(address, 2 + LongestPath + 1).Clear();
        *(ushort*)address = UnixDomain;
        name.CopyTo(new Span<byte>(address + 2, LongestPath));
        int errno;
        do
            errno = LibC.Connect(socket.Value, address, (uint)(2 + name.Length + 1)) == 0 ? 0 : Marshal.GetLastPInvokeError();
        while (errno == Errno.Interrupted);
        if (errno == 0)
        {
            SetPatience(socket, TimeSpan.Zero);
            return socket;
        }
        socket.Dispose();
        return errno == Errno.WouldBlock ? throw new TimeoutException() : null;
    }

    /// <summary>Sets how long a send or a receive that waits does so; then it ends with <see cref="SocketStatus.WouldBlock"/>.</summary>
    /// <param name="socket">A socket.</param>
    /// <param name="patience">The time; zero for no limit.</param>
    /// <exception cref="SystemCallException">The kernel does not set it.</exception>
    public static void SetPatience(SafeDescriptor socket, TimeSpan patience)
    {
        // struct timeval
        var time = stackalloc long[2] { (long)patience.TotalSeconds, patience.Microseconds + (patience.Milliseconds * 1000L) };
        if (LibC.SetSocketOption(socket.Value, SocketLevel, ReceiveTime, time, 2 * sizeof(long)) != 0
            || LibC.SetSocketOption(socket.Value, SocketLevel, SendTime, time, 2 * sizeof(long)) != 0)
            throw SystemCallException.FromLastError("setsockopt");
    }

    /// <summary>The process and the user at the other end, as they were when they connected or began to listen.</summary>
    /// <param name="socket">A connected socket.</param>
    /// <exception cref="SystemCallException">The kernel does not tell.</exception>
    public static (int Process, uint User) CredentialsOf(SafeHandle socket)
    {
        var credentials = stackalloc uint[3];
        uint length = 3 * sizeof(uint);
        return LibC.GetSocketOption((int)socket.DangerousGetHandle(), SocketLevel, PeerCredentials, credentials, &length) == 0
            ? ((int)credentials[0], credentials[1])
            : throw SystemCallException.FromLastError("getsockopt");
    }

    /// <summary>Whether a path is a folder of this user that nobody else can enter, and no link.</summary>
    /// <param name="path">The path.</param>
    public static bool IsPrivateFolder(string path)
    {
        const int Follow = 0x100;
        const uint TypeModeUser = 0x1 | 0x2 | 0x8;
        var status = stackalloc byte[FileStatus.Room];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            return LibC.ExtendedStatus(-100, name, Follow, TypeModeUser, status) == 0
                && (FileStatus.ModeOf(status) & 0xf000) == 0x4000 && (FileStatus.ModeOf(status) & 0x3f) == 0
                && FileStatus.UserOf(status) == LibC.GetEffectiveUserId();
        }
    }
}
