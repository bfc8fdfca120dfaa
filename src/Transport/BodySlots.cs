using System.Numerics;
using System.Runtime.Versioning;
using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// Memory that a parent and one child share, in slots: the child receives a body straight into one and sends only its
/// number. The parent maps it read-only and copies each piece once, before it looks at it: what the child writes
/// afterwards changes nothing. The file cannot be made shorter, so reading it cannot fail.
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

    /// <summary>The parent's side.</summary>
    /// <param name="bytes">How much memory, at least one slot; rounded down to whole slots.</param>
    /// <param name="forChild">To be sent to the child; the caller owns it.</param>
    /// <exception cref="SystemCallException">There are no descriptors or there is no memory.</exception>
    [SupportedOSPlatform("linux")]
    public static BodySlots Create(int bytes, out SafeDescriptor forChild)
    {
        var count = Math.Clamp(bytes / SlotBytes, 1, MaxSlots);
        var descriptor = SharedMemory.Create("actorbrowser-bodies", (long)count * SlotBytes);
        try
        {
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

    /// <summary>The child's side.</summary>
    /// <param name="descriptor">As the parent sent it; ownership passes.</param>
    /// <exception cref="SystemCallException">It cannot be mapped.</exception>
    [SupportedOSPlatform("linux")]
    public static BodySlots Open(SafeDescriptor descriptor)
    {
        using (descriptor)
        {
            var count = (int)Math.Clamp(SharedMemory.LengthOf(descriptor) / SlotBytes, 1, MaxSlots);
            return new BodySlots(new MappedMemory(descriptor, count * SlotBytes, writable: true), count);
        }
    }

    /// <summary>The parent gives slots back as soon as it has read so many: a child that waits for as many knows that word is due.</summary>
    public int ReturnedTogether => Math.Max(1, _count / 2);

    /// <summary>A slot's memory.</summary>
    /// <param name="slot">Its number.</param>
    public Memory<byte> this[int slot] => _memory.Memory.Slice(slot * SlotBytes, SlotBytes);

    /// <summary>Whether there is such a slot.</summary>
    /// <param name="slot">A number from the other side.</param>
    public bool Has(int slot) => (uint)slot < (uint)_count;

    /// <summary>Takes a free slot: the one used last is in the processor's cache first.</summary>
    /// <returns>Its number, or −1 when all are under way.</returns>
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
