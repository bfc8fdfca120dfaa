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
    private const int LongestPath = 107;

    /// <summary>Connects to a socket.</summary>
    /// <param name="path">Its name; at most 107 bytes.</param>
    /// <returns>The connection; null if nobody listens there, or this process may have no such socket, as in a sandbox.</returns>
    public static SafeDescriptor? TryConnect(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (OperatingSystem.IsWindows() || name.Length > LongestPath)
            return null;
        var socket = new SafeDescriptor(LibC.CreateSocket(UnixDomain, StreamCloseOnExec, 0));
        if (socket.IsInvalid)
            return null;
        // struct sockaddr_un: the family, and the name with its final zero.
        var address = stackalloc byte[2 + LongestPath + 1];
        new Span<byte>(address, 2 + LongestPath + 1).Clear();
        *(ushort*)address = UnixDomain;
        name.CopyTo(new Span<byte>(address + 2, LongestPath));
        if (LibC.Connect(socket.Value, address, (uint)(2 + name.Length + 1)) == 0)
            return socket;
        socket.Dispose();
        return null;
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
