namespace ActorBrowser.Interop;

/// <summary>The terminal this process was started from. Linux; its size and raw mode also on Windows.</summary>
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
        if (OperatingSystem.IsWindows())
        {
            var isConsole = descriptor == 0 ? !Console.IsInputRedirected && !Console.IsOutputRedirected : descriptor == 1 ? !Console.IsOutputRedirected : !Console.IsErrorRedirected && !Console.IsOutputRedirected;
            (columns, rows) = isConsole ? (Console.WindowWidth, Console.WindowHeight) : (0, 0);
            return isConsole;
        }
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
        if (OperatingSystem.IsWindows())
            return WindowsRawMode.TryEnter();
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
    /// Whether this process may read the terminal: it is in the terminal's foreground group, or it is not its controlling terminal. Elsewhere than on Linux it is not asked.
    /// </summary>
    /// <param name="descriptor">A terminal.</param>
    internal static bool IsInForeground(int descriptor)
    {
        var group = 0;
        return !OperatingSystem.IsLinux() || LibC.DeviceControl(descriptor, GetForeground, &group) != 0 || group == (int)LibC.SystemCall(CallNumbers.ProcessGroup, 0, 0, 0, 0);
    }

    /// <summary>
    /// Opens the controlling terminal of this process for one-key answers. Ctrl-C still raises SIGINT.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    internal static SafeDescriptor? OpenControlling()
    {
        const int readWriteNonBlocking = 0x80902;
        if (!OperatingSystem.IsLinux())
            return null;
        fixed (byte* path = "/dev/tty\0"u8)
        {
            var terminal = new SafeDescriptor(LibC.Open(path, readWriteNonBlocking, 0));
            if (!terminal.IsInvalid)
                return terminal;
            terminal.Dispose();
            return null;
        }
    }

    /// <summary>Passes each key at once and shows none, until the result is disposed; what was typed before is discarded. Linux.</summary>
    /// <param name="terminal">A terminal.</param>
    /// <exception cref="SystemCallException">The terminal is gone.</exception>
    internal static IDisposable EnterKeyMode(SafeDescriptor terminal)
    {
        // struct termios: c_lflag at 12, c_cc at 17; VTIME is 5 and VMIN is 6. TCSAFLUSH is 2.
        const int localFlags = 12, time = 22, least = 23, afterFlushing = 2;
        const uint lines = 2, echo = 8;
        var saved = new byte[AttributesRoom];
        var changed = new byte[AttributesRoom];
        fixed (byte* attributes = saved)
        {
            if (LibC.GetTerminalAttributes(terminal.Value, attributes) != 0)
                throw SystemCallException.FromLastError("tcgetattr");
        }
        saved.CopyTo(changed, 0);
        fixed (byte* attributes = changed)
        {
            *(uint*)(attributes + localFlags) &= ~(lines | echo);
            attributes[time] = 0;
            attributes[least] = 1;
            if (LibC.SetTerminalAttributes(terminal.Value, afterFlushing, attributes) != 0)
                throw SystemCallException.FromLastError("tcsetattr");
        }
        return new Restorer(terminal.Value, saved);
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
