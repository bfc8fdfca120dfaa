namespace ActorBrowser.Interop;

/// <summary>The terminal this process was started from. Linux.</summary>
internal static unsafe class LocalTerminal
{
    private const nuint GetWindowSize = 0x5413;
    private const nuint GetForeground = 0x540f;
    private const nuint FlowControl = 0x540a;
    private const int ResumeOutput = 1;
    private const int ReadOnlyNotControlling = 0x80100;
    private const int AtOnce = 0;
    private const int AfterDraining = 1;
    private const int CompareFiles = 0;

    // glibc's struct termios has 60 bytes.
    private const int AttributesRoom = 128;

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

    /// <summary>
    /// Creates another handle of this process's standard input, close-on-exec. A terminal is opened again for reading only, if this
    /// user may, because the inherited handle is also writable.
    /// </summary>
    public static SafeDescriptor DuplicateInput()
    {
        if (OperatingSystem.IsLinux() && TryGetSize(0, out _, out _))
        {
            fixed (byte* path = "/proc/self/fd/0\0"u8)
            {
                var terminal = LibC.Open(path, ReadOnlyNotControlling, 0);
                if (terminal >= 0)
                    return new SafeDescriptor(terminal);
            }
        }
        var input = new SafeDescriptor(0);
        try
        {
            return DescriptorFlags.Duplicate(input);
        }
        finally
        {
            // Do not close descriptor 0.
            input.SetHandleAsInvalid();
        }
    }

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
        return new Restorer(descriptor, attributes, AfterDraining);
    }

    /// <summary>Restores a terminal's current settings, and its output if it was stopped, when the result is disposed.</summary>
    /// <param name="descriptor">A descriptor such as 0.</param>
    /// <returns>Null if it is not a terminal.</returns>
    public static IDisposable? KeepMode(int descriptor)
    {
        var attributes = new byte[AttributesRoom];
        fixed (byte* saved = attributes)
            return OperatingSystem.IsLinux() && LibC.GetTerminalAttributes(descriptor, saved) == 0 ? new Restorer(descriptor, attributes, AtOnce) : null;
    }

    private sealed class Restorer(int descriptor, byte[] attributes, int when) : IDisposable
    {
        private int _done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _done, 1) != 0)
                return;
            if (when == AtOnce)
            {
                // A background process would be stopped for setting it.
                var group = 0;
                if (LibC.DeviceControl(descriptor, GetForeground, &group) != 0 || group != (int)LibC.SystemCall(CallNumbers.ProcessGroup, 0, 0, 0, 0))
                    return;
                _ = LibC.DeviceControl(descriptor, FlowControl, (void*)ResumeOutput);
            }
            fixed (byte* saved = attributes)
                _ = LibC.SetTerminalAttributes(descriptor, when, saved);
        }
    }
}
