namespace ActorBrowser.Interop;

/// <summary>The memory of the whole machine, from /proc/meminfo, which is cheap to read. Linux.</summary>
internal sealed class MachineMemory : IDisposable
{
    private const int Room = 8 << 10;

    private readonly SafeDescriptor _file = SmallFile.Open("/proc/meminfo");

    /// <summary>Reads the present state.</summary>
    /// <param name="state">In bytes.</param>
    /// <returns>False if this process may not read it.</returns>
    internal bool TryRead(out MachineState state)
    {
        Span<byte> buffer = stackalloc byte[Room];
        ReadOnlySpan<byte> text = buffer[..SmallFile.ReadAgain(_file, buffer)];
        state = new MachineState(
            ProcessCounts.Kilobytes(text, "\nMemAvailable:"u8),
            ProcessCounts.Kilobytes(text, "\nShmem:"u8) + ProcessCounts.Kilobytes(text, "\nSwapTotal:"u8) - ProcessCounts.Kilobytes(text, "\nSwapFree:"u8));
        return text.IndexOf("\nShmem:"u8) >= 0 && text.IndexOf("\nMemAvailable:"u8) >= 0;
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>The machine's memory at one time.</summary>
/// <param name="Available">What programs can still take.</param>
/// <param name="MostShared">All shared memory and files in memory, and all that is swapped out, which may be shared memory: no group of processes holds more.</param>
internal readonly record struct MachineState(long Available, long MostShared);
