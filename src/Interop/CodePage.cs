namespace ActorBrowser.Interop;

/// <summary>A page of machine code that is part of this program's source.</summary>
internal static unsafe class CodePage
{
    private const int Length = 4096;
    private const int ReadWrite = 3;
    private const int ReadExecute = 5;
    private const int Private = 2;
    private const int PrivateAnonymous = 0x22;

    /// <summary>Maps code; the page is never writable and executable at once.</summary>
    /// <param name="code">At most a page.</param>
    /// <returns>Its address; 0 if this process may make no memory executable.</returns>
    internal static nint Map(ReadOnlySpan<byte> code)
    {
        var page = LibC.MapMemory(null, Length, ReadWrite, PrivateAnonymous, -1, 0);
        if (page == (void*)-1)
            throw SystemCallException.FromLastError("mmap");
        code.CopyTo(new Span<byte>(page, Length));
        // mprotect also updates the instruction cache.
        if (LibC.ProtectMemory(page, Length, ReadExecute) == 0)
            return (nint)page;
        _ = LibC.UnmapMemory(page, Length);
        return OperatingSystem.IsLinux() ? MapFile(code) : 0;
    }

    // For a process that may not make memory executable that it has written (PR_SET_MDWE; systemd's MemoryDenyWriteExecute): that it has written a file is another matter.
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static nint MapFile(ReadOnlySpan<byte> code)
    {
        using var file = SharedMemory.Create("code", Length);
        SharedMemory.Write(file, code);
        var page = LibC.MapMemory(null, Length, ReadExecute, Private, file.Value, 0);
        return page == (void*)-1 ? 0 : (nint)page;
    }
}
