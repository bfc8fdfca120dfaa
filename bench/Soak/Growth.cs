namespace ActorBrowser.Soak;

/// <summary>The resources that this process holds at rest: managed bytes, descriptors, threads, children.</summary>
/// <param name="Heap">Managed bytes after a full collection.</param>
/// <param name="Descriptors">Open descriptors.</param>
/// <param name="Threads">Threads of the process.</param>
/// <param name="Children">Direct child processes.</param>
internal readonly record struct Growth(long Heap, int Descriptors, int Threads, int Children)
{
    internal static Growth Now() => new(
        GC.GetTotalMemory(forceFullCollection: true),
        Directory.GetFileSystemEntries("/proc/self/fd").Length,
        Directory.GetDirectories("/proc/self/task").Length,
        ChildKiller.Children().Count);

    /// <summary>Reports each resource that grew more than a steady state explains.</summary>
    internal void Compare(Growth before, Tally tally)
    {
        // Allow a quarter and 32 MiB for pools and buffers that were not full at the first measurement.
        if (Heap > before.Heap + before.Heap / 4 + (32 << 20))
            tally.Defect("growth", $"managed heap {before.Heap >> 20} MiB → {Heap >> 20} MiB");
        if (Descriptors > before.Descriptors + 64)
            tally.Defect("growth", $"descriptors {before.Descriptors} → {Descriptors}");
        if (Threads > before.Threads + 32)
            tally.Defect("growth", $"threads {before.Threads} → {Threads}");
    }

    public override string ToString() => $"heap {Heap >> 20} MiB, {Descriptors} descriptors, {Threads} threads, {Children} children";
}
