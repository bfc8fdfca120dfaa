namespace ActorBrowser.Interop;

/// <summary>The terminal this process was started from. Linux.</summary>
internal static unsafe class LocalTerminal
{
    private const nuint GetWindowSize = 0x5413;
    private const nuint GetForeground = 0x540f;
    private const int AfterDraining = 1;
    private const int CompareFiles = 0;

    // glibc's struct termios has 60 bytes.
    internal const int AttributesRoom = 128;

    /// <summary>The size of the terminal behind a descriptor.</summary>
    /// <param name="descriptor">A descriptor such as 0.</param>
    /// <param name="columns">Its width.</param>
    /// <param name="rows">Its height.</param>
    /// <returns>False if it is not a terminal.</returns>
    public static bool TryGetSize(int descriptor, out int columns, out int rows)
    {
        var size = stackalloc ushort[4];
        var found = LibC.DeviceControl(descriptor, GetWindowSize, size) == 0;
        (rows, columns) = found ? (size[0], size[1]) : (0, 0);
        return found;
    }

    /// <summary>Whether two descriptors refer to the same open file (kcmp), as after <c>2&gt;&amp;1</c>.</summary>
    /// <param name="first">Such as 1.</param>
    /// <param name="second">Such as 2.</param>
    /// <returns>False also if the kernel does not tell.</returns>
    public static bool AreOneFile(int first, int second) => OperatingSystem.IsLinux()
        && LibC.SystemCall(CallNumbers.CompareResources, Environment.ProcessId, Environment.ProcessId, CompareFiles, first, second) == 0;

    /// <summary>Passes every key as it is pressed (raw mode), until the result is disposed.</summary>
    /// <param name="descriptor">A terminal.</param>
    /// <returns>Restores the terminal when disposed; null if the descriptor is not a terminal.</returns>
    public static IDisposable? EnterRawMode(int descriptor)
    {
        var attributes = new byte[AttributesRoom];
        fixed (byte* saved = attributes)
        {
            if (LibC.GetTerminalAttributes(descriptor, saved) != 0)
                return null;
        }
        var raw = (byte[])attributes.Clone();
        fixed (byte* changed = raw)
        {
            LibC.MakeRaw(changed);
            if (LibC.SetTerminalAttributes(descriptor, AfterDraining, changed) != 0)
                throw SystemCallException.FromLastError("tcsetattr");
        }
        return new Restorer(descriptor, attributes);
    }

    /// <summary>
    /// Whether this process may read the terminal: it is in the terminal's foreground group, or it is not its controlling terminal.
    /// </summary>
    /// <param name="descriptor">A terminal.</param>
    internal static bool IsInForeground(int descriptor)
    {
        var group = 0;
        return LibC.DeviceControl(descriptor, GetForeground, &group) != 0 || group == (int)LibC.SystemCall(CallNumbers.ProcessGroup, 0, 0, 0, 0);
    }

    private sealed class Restorer(int descriptor, byte[] attributes) : IDisposable
    {
        private int _done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _done, 1) != 0)
                return;
            fixed (byte* saved = attributes)
                _ = LibC.SetTerminalAttributes(descriptor, AfterDraining, saved);
        }
    }
}
