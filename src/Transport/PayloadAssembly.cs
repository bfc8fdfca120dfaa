using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// The bytes of a request: in its message, in a sealed memory file sent with it, or in pieces that follow. A memory file is not
/// copied: it is sealed and cannot change. A section of Windows can, and is copied.
/// </summary>
internal sealed class PayloadAssembly : IDisposable
{
    private readonly MappedMemory? _shared;
    private readonly byte[] _copied;
    private readonly int _length;
    private int _have;

    private PayloadAssembly(int length, MappedMemory? shared, byte[] copied, int have)
    {
        _length = length;
        _shared = shared;
        _copied = copied;
        _have = have;
    }

    /// <summary>Whether all bytes have arrived.</summary>
    internal bool IsComplete => _have == _length;

    /// <summary>The bytes; valid until disposed.</summary>
    internal ReadOnlyMemory<byte> Bytes => _shared is null ? _copied.AsMemory(0, _length) : _shared.Memory[.._length];

    /// <summary>Starts with the bytes or the descriptors of the request.</summary>
    /// <param name="length">The length of all bytes together.</param>
    /// <param name="data">The first bytes, copied.</param>
    /// <param name="descriptors">The descriptors sent with the request; this method takes ownership.</param>
    /// <param name="violation">The violation, if any; then the result is null.</param>
    internal static PayloadAssembly? Begin(int length, ReadOnlyMemory<byte> data, SafeDescriptor[] descriptors, out ProtocolViolation? violation)
    {
        violation = null;
        if (descriptors.Length == 0 && data.Length <= length)
        {
            var bytes = GC.AllocateUninitializedArray<byte>(length);
            data.Span.CopyTo(bytes);
            return new PayloadAssembly(length, null, bytes, data.Length);
        }
        try
        {
            string? problem = null;
            if (descriptors.Length == 1 && data.IsEmpty && length > 0 && SharedMemory.IsSupported && SharedMemory.OpenFrozen(descriptors[0], length, out problem) is { } memory)
                return new PayloadAssembly(length, memory, [], length);
            violation = problem is not null ? new ProtocolViolation(ViolationKind.Descriptors, $"A payload of {length} bytes arrived in a memory file that {problem}.") : new ProtocolViolation(ViolationKind.Descriptors, $"{descriptors.Length} descriptors and {data.Length} bytes arrived for a payload of {length} bytes.");
            return null;
        }
        finally
        {
            SafeDescriptor.DisposeAll(descriptors);
        }
    }

    /// <summary>Adds the next piece.</summary>
    internal ProtocolViolation? Add(in FetchBodyChunk chunk)
    {
        if (_shared is not null || chunk.Offset != _have || chunk.Data.Length > _length - _have)
            return new ProtocolViolation(ViolationKind.OutOfState, $"A piece of {chunk.Data.Length} bytes at {chunk.Offset} does not follow the {_have} of {_length} bytes received.");
        chunk.Data.Span.CopyTo(_copied.AsSpan(_have));
        _have += chunk.Data.Length;
        return null;
    }

    public void Dispose() => ((IDisposable?)_shared)?.Dispose();
}
