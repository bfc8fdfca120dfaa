namespace ActorBrowser.Interop;

/// <summary>Sets flags on existing descriptors.</summary>
internal static class DescriptorFlags
{
    private const int GetDescriptorFlags = 1;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;
    private const int LinuxDuplicateCloseOnExec = 1030;
    private const int MacDuplicateCloseOnExec = 67;
    private const int GetStatusFlags = 3;
    private const int SetStatusFlags = 4;

    private static int NonBlocking => OperatingSystem.IsLinux() ? 0x800 : 0x4;

    /// <summary>
    /// Gives a descriptor a number above 3 if it has one of the numbers 0 to 3 that a child's descriptors get. The given handle
    /// is disposed if another is returned.
    /// </summary>
    /// <param name="descriptor">An open descriptor; this method takes ownership.</param>
    public static SafeDescriptor RaiseAboveChildNumbers(SafeDescriptor descriptor)
    {
        if (descriptor.Value > 3)
            return descriptor;
        using (descriptor)
        {
            var raised = LibC.Fcntl(descriptor.Value, OperatingSystem.IsLinux() ? LinuxDuplicateCloseOnExec : MacDuplicateCloseOnExec, 4);
            return raised >= 0 ? new SafeDescriptor(raised) : throw SystemCallException.FromLastError("fcntl");
        }
    }

    /// <summary>Creates another handle of the same open file, close-on-exec.</summary>
    /// <param name="descriptor">An open descriptor; the caller keeps ownership.</param>
    public static SafeDescriptor Duplicate(SafeDescriptor descriptor)
    {
        var copy = LibC.Fcntl(descriptor.Value, OperatingSystem.IsLinux() ? LinuxDuplicateCloseOnExec : MacDuplicateCloseOnExec, 0);
        return copy >= 0 ? new SafeDescriptor(copy) : throw SystemCallException.FromLastError("fcntl");
    }

    /// <summary>Makes reads and writes return instead of waiting. The flag applies to every holder of the same open file.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    public static void SetNonBlocking(SafeDescriptor descriptor)
    {
        var flags = LibC.Fcntl(descriptor.Value, GetStatusFlags, 0);
        if (flags < 0 || LibC.Fcntl(descriptor.Value, SetStatusFlags, flags | NonBlocking) < 0)
            throw SystemCallException.FromLastError("fcntl");
    }

    /// <summary>Like <see cref="SetNonBlocking"/>, in one system call, for a new descriptor that has no other flags to keep.</summary>
    internal static void SetNonBlockingOnly(SafeDescriptor descriptor)
    {
        if (LibC.Fcntl(descriptor.Value, SetStatusFlags, NonBlocking) < 0)
            throw SystemCallException.FromLastError("fcntl");
    }

    /// <summary>Closes the descriptor when this process, or a child, executes another program.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    public static void SetCloseOnExec(SafeDescriptor descriptor)
    {
        var flags = LibC.Fcntl(descriptor.Value, GetDescriptorFlags, 0);
        if (flags < 0 || LibC.Fcntl(descriptor.Value, SetDescriptorFlags, flags | CloseOnExec) < 0)
            throw SystemCallException.FromLastError("fcntl");
    }
}
