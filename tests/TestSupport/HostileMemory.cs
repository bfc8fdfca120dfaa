using System.Buffers;

namespace ActorBrowser.TestSupport;

/// <summary>Memory whose owner throws on each read after the first few, or that is shorter than its declared length.</summary>
/// <param name="length">The declared length.</param>
/// <param name="readings">How many reads succeed.</param>
/// <param name="backing">The real length.</param>
public sealed class HostileMemory(int length, int readings = 0, int? backing = null) : MemoryManager<byte>
{
    private readonly byte[] _bytes = new byte[backing ?? length];
    private int _left = readings;

    public override Memory<byte> Memory => CreateMemory(length);

    public static ReadOnlyMemory<byte> Of(int length, int readings = 0, int? backing = null) => new HostileMemory(length, readings, backing).Memory;

    public override Span<byte> GetSpan() => Interlocked.Decrement(ref _left) >= 0 ? _bytes : throw new InvalidOperationException("hostile");

    public override MemoryHandle Pin(int elementIndex = 0) => throw new InvalidOperationException("hostile");

    public override void Unpin()
    {
    }

    protected override bool TryGetArray(out ArraySegment<byte> segment) => throw new InvalidOperationException("hostile");

    protected override void Dispose(bool disposing)
    {
    }
}
