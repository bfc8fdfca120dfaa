using System.Buffers;

namespace ActorBrowser.TestSupport;

/// <summary>Memory whose owner throws: each reading after the first few, or is shorter than it says.</summary>
/// <param name="length">What it says it has.</param>
/// <param name="readings">How many readings succeed.</param>
/// <param name="backing">How many bytes there are.</param>
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
