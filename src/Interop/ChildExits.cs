namespace ActorBrowser.Interop;

/// <summary>
/// Reports the exits of this process's children, including adopted ones, through a descriptor, so that no thread has to wait
/// for them. For a process that was started with <see cref="SpawnRequest.HoldsChildSignals"/>. Linux.
/// </summary>
internal sealed unsafe class ChildExits
{
    internal const int ChildSignal = 17;
    internal const ulong ChildSignalSet = 1UL << (ChildSignal - 1);
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int InformationSize = 128;

    private ChildExits(SafeDescriptor descriptor) => Descriptor = descriptor;

    /// <summary>Readable when a child has ended.</summary>
    public SafeDescriptor Descriptor { get; }

    /// <summary>Opens the descriptor.</summary>
    /// <exception cref="InvalidOperationException">SIGCHLD is not blocked: a thread that does not block it would consume it.</exception>
    /// <exception cref="SystemCallException">No descriptors are left.</exception>
    public static ChildExits Open()
    {
        // As large as any C library's sigset_t; Linux uses the first 64 bits.
        var held = stackalloc ulong[16];
        _ = LibC.ThreadSignalMask(0, null, held);
        if ((held[0] & ChildSignalSet) == 0)
            throw new InvalidOperationException("This process was not started with SIGCHLD blocked; start it with SpawnRequest.HoldsChildSignals.");
        var wanted = stackalloc ulong[16];
        new Span<ulong>(wanted, 16).Clear();
        wanted[0] = ChildSignalSet;
        var descriptor = LibC.SignalDescriptor(-1, wanted, CloseOnExec | NonBlocking);
        return descriptor >= 0 ? new ChildExits(new SafeDescriptor(descriptor)) : throw SystemCallException.FromLastError("signalfd");
    }

    /// <summary>Makes the descriptor unreadable until a child ends from now on.</summary>
    public void Clear()
    {
        // SIGCHLD is not queued: several exits leave one signal.
        var information = stackalloc byte[2 * InformationSize];
        _ = LibC.Read(Descriptor.Value, information, 2 * InformationSize);
    }

    /// <summary>Reaps a child that has ended.</summary>
    /// <param name="processId">Its pid.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="children">Whether this process has any children.</param>
    /// <returns>False if no child has ended.</returns>
    public static bool TryReapAny(out int processId, out ProcessEnd end, out ProcessUsage usage, out bool children) =>
        ChildWait.TryReap(ChildWait.All, 0, out processId, out end, out usage, out children);
}
