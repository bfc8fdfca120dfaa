namespace ActorBrowser.Interop;

/// <summary>Flags of descriptors that were not born with them.</summary>
public static class DescriptorFlags
{
    private const int GetDescriptorFlags = 1;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>Closes the descriptor when this process, or a child, executes another program.</summary>
    /// <param name="descriptor">An open descriptor.</param>
    public static void SetCloseOnExec(SafeDescriptor descriptor)
    {
        var flags = LibC.Fcntl(descriptor.Value, GetDescriptorFlags, 0);
        if (flags < 0 || LibC.Fcntl(descriptor.Value, SetDescriptorFlags, flags | CloseOnExec) < 0)
            throw SystemCallException.FromLastError("fcntl");
    }
}
