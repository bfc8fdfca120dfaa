using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Attempts that a confined process makes to verify that they fail. Each returns 0 or the errno, and leaves nothing behind.</summary>
internal static unsafe class ConfinementProbe
{
    private const int CloseOnExec = 0x80000;
    private const int WriteOnly = 1;
    private const int Internet = 2;
    private const int Stream = 1;

    /// <summary>Opens the root folder to list it.</summary>
    public static int ListRoot()
    {
        fixed (byte* path = "/\0"u8)
            return Close(LibC.Open(path, CloseOnExec, 0));
    }

    /// <summary>Creates a file without a name in a folder where all users may write.</summary>
    public static int MakeFile()
    {
        var temporary = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x404000 : 0x410000;
        fixed (byte* shared = "/dev/shm\0"u8, kept = "/var/tmp\0"u8)
        {
            var errno = Close(LibC.Open(shared, WriteOnly | temporary | CloseOnExec, 384));
            return errno == Errno.NoEntry ? Close(LibC.Open(kept, WriteOnly | temporary | CloseOnExec, 384)) : errno;
        }
    }

    /// <summary>Creates a folder in the root folder, and removes it again.</summary>
    public static int MakeFileInRoot()
    {
        fixed (byte* path = "/.actorbrowser-probe\0"u8)
        {
            if (LibC.MakeFolder(path, 448) != 0)
                return Marshal.GetLastPInvokeError();
            _ = LibC.RemoveFolder(path);
            return 0;
        }
    }

    /// <summary>Opens a file of this process below /proc for writing.</summary>
    public static int WriteThreadName()
    {
        fixed (byte* path = "/proc/self/comm\0"u8)
            return Close(LibC.Open(path, WriteOnly | CloseOnExec, 0));
    }

    /// <summary>Binds a free TCP port of the loopback address.</summary>
    public static int BindTcp()
    {
        var socket = LibC.CreateSocket(Internet, Stream | CloseOnExec, 0);
        if (socket < 0)
            return Marshal.GetLastPInvokeError();
        var address = stackalloc byte[16];
        new Span<byte>(address, 16).Clear();
        address[0] = Internet;
        address[4] = 127;
        address[7] = 1;
        var errno = LibC.Bind(socket, address, 16) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = LibC.Close(socket);
        return errno;
    }

    /// <summary>Asks whether a signal could be sent to the parent; a process in its own pid namespace does not see its parent.</summary>
    public static int SignalParent() =>
        LibC.GetParentProcessId() is var parent && parent <= 0 ? 1 : LibC.Kill(parent, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static int Close(int descriptor)
    {
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();
        _ = LibC.Close(descriptor);
        return 0;
    }
}
