using System.Numerics;
using System.Runtime.Versioning;
using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// Memory that a parent and one child share, in slots: the child receives a body directly into a slot and sends only the
/// slot's number. The parent maps the memory read-only and copies each piece once, before it reads it, so that later writes
/// of the child change nothing. The file is sealed against shrinking, so reading it cannot fail.
/// </summary>
internal sealed class BodySlots : IDisposable
{
    /// <summary>The size of a slot, in bytes.</summary>
    public const int SlotBytes = 64 << 10;

    /// <summary>The most slots one child may have.</summary>
    public const int MaxSlots = 64;

    private readonly MappedMemory _memory;
    private readonly int _count;
    private ulong _free;

    private BodySlots(MappedMemory memory, int count)
    {
        _memory = memory;
        _count = count;
        _free = count == MaxSlots ? ulong.MaxValue : (1UL << count) - 1;
    }

    /// <summary>Creates the parent's side.</summary>
    /// <param name="bytes">How much memory, at least one slot; rounded down to whole slots.</param>
    /// <param name="forChild">The descriptor for the child; the caller owns it.</param>
    /// <exception cref="SystemCallException">Not enough descriptors or memory.</exception>
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    public static BodySlots Create(int bytes, out SafeDescriptor forChild)
    {
        var count = Math.Clamp(bytes / SlotBytes, 1, MaxSlots);
        var descriptor = SharedMemory.Create("actorbrowser-bodies", (long)count * SlotBytes);
        try
        {
            if (OperatingSystem.IsLinux())
                SharedMemory.Add(descriptor, Seals.Shrink | Seals.Grow | Seals.Seal);
            forChild = descriptor;
            return new BodySlots(new MappedMemory(descriptor, count * SlotBytes, writable: false), count);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Opens the child's side.</summary>
    /// <param name="descriptor">The descriptor from the parent; this method takes ownership.</param>
    /// <exception cref="SystemCallException">The memory cannot be mapped.</exception>
    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("windows")]
    public static BodySlots Open(SafeDescriptor descriptor)
    {
        using (descriptor)
        {
            var count = (int)Math.Clamp(SharedMemory.LengthOf(descriptor) / SlotBytes, 1, MaxSlots);
            return new BodySlots(new MappedMemory(descriptor, count * SlotBytes, writable: true), count);
        }
    }

    /// <summary>How many slots the parent reads before it returns them together: a child that waits for as many will get them soon.</summary>
    public int ReturnedTogether => Math.Max(1, _count / 2);

    /// <summary>A slot's memory.</summary>
    /// <param name="slot">Its number.</param>
    public Memory<byte> this[int slot] => _memory.Memory.Slice(slot * SlotBytes, SlotBytes);

    /// <summary>Whether there is such a slot.</summary>
    /// <param name="slot">A number from the other side.</param>
    public bool Has(int slot) => (uint)slot < (uint)_count;

    /// <summary>Takes the free slot with the lowest number: it is the most likely to be in the processor's cache.</summary>
    /// <returns>Its number, or −1 when all are in use.</returns>
    public int TryTake()
    {
        while (true)
        {
            var free = Volatile.Read(ref _free);
            if (free == 0)
                return -1;
            if (Interlocked.CompareExchange(ref _free, free & (free - 1), free) == free)
                return BitOperations.TrailingZeroCount(free);
        }
    }

    /// <summary>Gives slots back.</summary>
    /// <param name="slots">A bit for each.</param>
    public void Free(ulong slots) => Interlocked.Or(ref _free, slots);

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_memory).Dispose();
}
