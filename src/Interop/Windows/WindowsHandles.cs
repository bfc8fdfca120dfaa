using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// The parent's side of passing sections on Windows: it alone copies handles, into the child and out of it, and a child has no right over
/// its parent. Of a child it takes sections of the paging file alone, to read.
/// </summary>
internal sealed unsafe partial class WindowsHandles : SafeHandle, IDescriptorPassing
{
    private const uint MayDuplicate = 0x40;
    private const uint CloseSource = 1;
    private const uint SameAccess = 2;

    private WindowsHandles()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle is 0 or -1;

    /// <summary>Opens a child. The caller holds it by another handle, so that its pid is no other's.</summary>
    /// <param name="process">Its pid.</param>
    /// <returns>Null if the child is gone: its channel then ends, too.</returns>
    internal static WindowsHandles? TryOpen(int process)
    {
        var opened = new WindowsHandles();
        opened.SetHandle(OpenProcess(MayDuplicate, 0, (uint)process));
        if (!opened.IsInvalid)
            return opened;
        opened.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public int Give(SafeDescriptor descriptor)
    {
        nint given;
        if (DuplicateHandle(-1, descriptor.Value, handle, &given, 0, 0, SameAccess) == 0)
            throw SystemCallException.FromLastError("DuplicateHandle");
        descriptor.Dispose();
        return (int)given;
    }

    /// <inheritdoc/>
    public SafeDescriptor? Take(int number)
    {
        // Negative numbers are names for the caller's own process and thread: a child must not make the parent copy those. Handles are multiples of 4.
        if (number <= 0 || number % 4 != 0)
            return null;
        nint taken;
        if (DuplicateHandle(handle, number, -1, &taken, WindowsSection.ReadAccess, 0, CloseSource) == 0)
            return null;
        var section = new SafeDescriptor((int)taken);
        if (WindowsSection.LengthOf(section) is not null)
            return section;
        section.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Withdraw(int number) => _ = DuplicateHandle(handle, number, 0, null, 0, 0, CloseSource);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => WindowsSection.Close(handle);

    [LibraryImport("kernel32", EntryPoint = "OpenProcess", SetLastError = true)]
    private static partial nint OpenProcess(uint access, int inherit, uint process);

    [LibraryImport("kernel32", EntryPoint = "DuplicateHandle", SetLastError = true)]
    private static partial int DuplicateHandle(nint sourceProcess, nint source, nint targetProcess, nint* target, uint access, int inherit, uint options);
}

/// <summary>The child's side: its numbers are handles of its own, which the parent has put there, or will fetch and close.</summary>
internal sealed class OwnHandles : IDescriptorPassing
{
    /// <inheritdoc/>
    public int Give(SafeDescriptor descriptor)
    {
        var number = descriptor.Value;
        descriptor.SetHandleAsInvalid();
        return number;
    }

    /// <inheritdoc/>
    public SafeDescriptor? Take(int number) => number > 0 ? new SafeDescriptor(number) : null;

    /// <inheritdoc/>
    public void Withdraw(int number) => _ = WindowsSection.Close(number);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
