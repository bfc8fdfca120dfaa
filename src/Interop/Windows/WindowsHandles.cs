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
        // The child keeps its handle until the copy is known to be a section: the last handle of a pipe may not be closed here.
        nint taken;
        if (DuplicateHandle(handle, number, -1, &taken, WindowsSection.ReadAccess, 0, 0) == 0)
            return null;
        var section = new SafeDescriptor((int)taken);
        if (WindowsSection.LengthOf(section) is not null)
        {
            Withdraw(number);
            return section;
        }
        Drop(section);
        return null;
    }

    /// <inheritdoc/>
    public void Withdraw(int number)
    {
        // The child may have closed it and have another handle of that number: its object is held by a copy while the child's handle is closed.
        nint copy;
        if (DuplicateHandle(handle, number, -1, &copy, 0, 0, SameAccess | CloseSource) == 0)
            return;
        var closed = new SafeDescriptor((int)copy);
        if (WindowsSection.LengthOf(closed) is not null)
            closed.Dispose();
        else
            Drop(closed);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => WindowsSection.Close(handle);

    // Closing the last handle of a file or pipe waits for a read of its owner that may never end, and the child may have closed its own:
    // so no thread that reads a channel closes it.
    private static void Drop(SafeDescriptor noSection) => ThreadPool.UnsafeQueueUserWorkItem(static dropped => dropped.Dispose(), noSection, preferLocal: false);

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
