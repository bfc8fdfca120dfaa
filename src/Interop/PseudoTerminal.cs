using System.Text;

namespace ActorBrowser.Interop;

/// <summary>The master side of a pseudoterminal. Linux.</summary>
internal static unsafe class PseudoTerminal
{
    private const int ReadWrite = 0x2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const nuint SetWindowSize = 0x5414;
    private const nuint GetTerminalNumber = 0x80045430;

    /// <summary>Opens a new terminal of a given size.</summary>
    /// <param name="columns">At least 1.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="name">The path of the slave side, for the program.</param>
    /// <returns>The master; close-on-exec and non-blocking.</returns>
    public static SafeDescriptor Open(int columns, int rows, out string name)
    {
        var master = new SafeDescriptor(LibC.OpenTerminalMaster(ReadWrite | NoControllingTerminal | CloseOnExec));
        try
        {
            if (master.IsInvalid)
                throw SystemCallException.FromLastError("posix_openpt");
            if (LibC.GrantTerminal(master.Value) != 0)
                throw SystemCallException.FromLastError("grantpt");
            if (LibC.UnlockTerminal(master.Value) != 0)
                throw SystemCallException.FromLastError("unlockpt");
            var buffer = stackalloc byte[128];
            if (LibC.TerminalName(master.Value, buffer, 128) != 0)
                throw SystemCallException.FromLastError("ptsname_r");
            name = Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
            Resize(master, columns, rows);
            DescriptorFlags.SetNonBlocking(master);
            return master;
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>Tells the programs of a terminal its new size.</summary>
    /// <param name="master">The master side.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="rows">At least 1.</param>
    public static void Resize(SafeDescriptor master, int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        if (LibC.DeviceControl(master.Value, SetWindowSize, size) != 0)
            throw SystemCallException.FromLastError("ioctl(TIOCSWINSZ)");
    }

    /// <summary>Whether a descriptor of unknown origin is the master side of a pseudoterminal.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    public static bool IsMaster(SafeDescriptor descriptor)
    {
        uint number;
        return !OperatingSystem.IsWindows() && LibC.DeviceControl(descriptor.Value, GetTerminalNumber, &number) == 0;
    }
}
