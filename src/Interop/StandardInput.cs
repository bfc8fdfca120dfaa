namespace ActorBrowser.Interop;

/// <summary>This process's standard input, and what may be a command's.</summary>
internal static unsafe class StandardInput
{
    private const int ReadOnlyNotControllingNonBlocking = 0x80900;
    private const int GetStatusFlags = 3;
    private const int AccessMode = 3;
    private const int WriteOnly = 1;
    private const int PathOnly = 0x200000;

    /// <summary>Whether a descriptor is a terminal.</summary>
    /// <param name="descriptor">Its number.</param>
    internal static bool IsTerminal(int descriptor)
    {
        var attributes = stackalloc byte[LocalTerminal.AttributesRoom];
        return !OperatingSystem.IsWindows() && LibC.GetTerminalAttributes(descriptor, attributes) == 0;
    }

    /// <summary>Whether a descriptor is a folder. Linux.</summary>
    /// <param name="descriptor">Its number.</param>
    internal static bool IsFolder(int descriptor) => OperatingSystem.IsLinux() && PathProbe.Look(descriptor) is { IsFolder: true };

    /// <summary>Whether a descriptor was opened for reading. Linux.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    internal static bool IsReadable(SafeDescriptor descriptor)
    {
        var flags = LibC.Fcntl(descriptor.Value, GetStatusFlags, 0);
        return flags >= 0 && (flags & AccessMode) != WriteOnly && (flags & PathOnly) == 0;
    }

    /// <summary>Whether a descriptor is the machine's /dev/null, opened for reading. Linux.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    internal static bool IsNull(SafeDescriptor descriptor)
    {
        const int emptyPath = 0x1000;
        var empty = (byte)0;
        var status = stackalloc byte[FileStatus.Room];
        return OperatingSystem.IsLinux() && LibC.ExtendedStatus(descriptor.Value, &empty, emptyPath, FileStatus.Type, status) == 0
            && FileStatus.IsNullDevice(status) && IsReadable(descriptor);
    }

    /// <summary>Returns why a descriptor cannot be given to a command as its input; null if it can.</summary>
    /// <param name="descriptor">Its number.</param>
    internal static string? UnfitFor(int descriptor) =>
        IsTerminal(descriptor) ? "a terminal, which the command could control: give it its own terminal, or a pipe."
        : IsFolder(descriptor) ? "a folder, from which the command could reach files that its profile does not grant."
        : null;

    /// <summary>
    /// Creates another handle of this process's standard input, close-on-exec. A terminal is opened again, if this user may, only for
    /// reading and without blocking: the inherited handle is shared with the shell.
    /// </summary>
    public static SafeDescriptor Duplicate()
    {
        if (OperatingSystem.IsLinux() && IsTerminal(0))
        {
            fixed (byte* path = "/proc/self/fd/0\0"u8)
            {
                var terminal = LibC.Open(path, ReadOnlyNotControllingNonBlocking, 0);
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
}
