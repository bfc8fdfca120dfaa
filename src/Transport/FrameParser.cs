using System.Buffers;
using System.Buffers.Binary;
using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// Turns bytes, split anywhere, into frames. Complete frames are delivered from the caller's buffer without a copy; only an
/// incomplete frame is kept, in a pooled buffer no longer than that frame, so that an idle connection holds no buffer.
/// </summary>
internal sealed class FrameParser(ChannelLimits limits) : IDisposable
{
    private readonly DescriptorQueue _descriptors = new();
    private byte[] _pending = [];
    private int _pendingLength;

    /// <summary>May be lowered or raised between frames (the child learns its limits from ChildArgs).</summary>
    internal ChannelLimits Limits { get; set; } = limits;

    /// <summary>How descriptors arrive as numbers, four bytes each, behind a frame's body; null if the channel carries them beside the bytes.</summary>
    internal IDescriptorPassing? Passing { get; init; }

    /// <summary>Whether part of a frame has arrived.</summary>
    internal bool InsideFrame => _pendingLength > 0;

    /// <summary>Takes ownership of a descriptor that arrived with the bytes fed next.</summary>
    internal void Add(SafeDescriptor descriptor) => _descriptors.Add(descriptor);

    /// <summary>Delivers every frame that these bytes complete.</summary>
    /// <returns>Null, or the violation; the stream is then unusable.</returns>
    internal ProtocolViolation? Feed(ReadOnlyMemory<byte> data, IFrameHandler handler, out int delivered)
    {
        delivered = 0;
        while (true)
        {
            if (_pendingLength > 0)
            {
                if (FillPending(ref data, out var needsMore) is { } broken)
                    return broken;
                if (needsMore)
                    break;
                var header = FrameHeader.Read(_pending);
                var whole = _pending.AsMemory(0, TotalOf(header));
                _pendingLength = 0;
                if (Deliver(header, whole, handler) is { } violation)
                    return violation;
                delivered++;
                ReleasePending();
                continue;
            }
            if (data.Length < FrameHeader.Size)
            {
                Keep(data, FrameHeader.Size);
                break;
            }
            var next = FrameHeader.Read(data.Span);
            if (Check(next) is { } refused)
                return refused;
            var total = TotalOf(next);
            if (data.Length < total)
            {
                Keep(data, total);
                break;
            }
            if (Deliver(next, data[..total], handler) is { } bad)
                return bad;
            delivered++;
            data = data[total..];
        }
        return CheckSurplus();
    }

    public void Dispose()
    {
        _descriptors.Dispose();
        _pendingLength = 0;
        ReleasePending();
    }

    private ProtocolViolation? FillPending(ref ReadOnlyMemory<byte> data, out bool needsMore)
    {
        needsMore = false;
        if (_pendingLength < FrameHeader.Size)
        {
            Append(ref data, FrameHeader.Size - _pendingLength);
            if (_pendingLength < FrameHeader.Size)
            {
                needsMore = true;
                return null;
            }
            if (Check(FrameHeader.Read(_pending)) is { } violation)
                return violation;
        }
        var total = TotalOf(FrameHeader.Read(_pending));
        if (_pending.Length < total)
        {
            var larger = ArrayPool<byte>.Shared.Rent(total);
            _pending.AsSpan(0, _pendingLength).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_pending);
            _pending = larger;
        }
        Append(ref data, total - _pendingLength);
        needsMore = _pendingLength < total;
        return null;
    }

    private void Append(ref ReadOnlyMemory<byte> data, int wanted)
    {
        var count = Math.Min(wanted, data.Length);
        data.Span[..count].CopyTo(_pending.AsSpan(_pendingLength));
        _pendingLength += count;
        data = data[count..];
    }

    private void Keep(ReadOnlyMemory<byte> data, int total)
    {
        if (data.IsEmpty)
            return;
        _pending = ArrayPool<byte>.Shared.Rent(total);
        data.Span.CopyTo(_pending);
        _pendingLength = data.Length;
    }

    private void ReleasePending()
    {
        if (_pending.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_pending);
        _pending = [];
    }

    private ProtocolViolation? Check(FrameHeader header)
    {
        if (header.BodyLength > (uint)Limits.MaxBodyBytes)
        {
            return new ProtocolViolation(ViolationKind.FrameTooLarge,
                $"A frame of {header.BodyLength} bytes was announced; the limit is {Limits.MaxBodyBytes}.");
        }
        if (header.DescriptorCount > Limits.MaxDescriptorsPerFrame)
        {
            return new ProtocolViolation(ViolationKind.Descriptors,
                $"A frame announced {header.DescriptorCount} descriptors; the limit is {Limits.MaxDescriptorsPerFrame}.");
        }
        // Descriptors come with the frame's first byte, so they have arrived when its header has.
        return Passing is null && header.DescriptorCount > _descriptors.Count
            ? new ProtocolViolation(ViolationKind.Descriptors,
                $"A frame announced {header.DescriptorCount} descriptors; {_descriptors.Count} arrived with it.")
            : null;
    }

    private int TotalOf(FrameHeader header) => FrameHeader.Size + (int)header.BodyLength + (Passing is null ? 0 : header.DescriptorCount * sizeof(int));

    private ProtocolViolation? Deliver(FrameHeader header, ReadOnlyMemory<byte> whole, IFrameHandler handler)
    {
        var end = FrameHeader.Size + (int)header.BodyLength;
        for (var at = end; at < whole.Length; at += sizeof(int))
        {
            var number = BinaryPrimitives.ReadInt32LittleEndian(whole.Span[at..]);
            if (Passing!.Take(number) is not { } taken)
                return new ProtocolViolation(ViolationKind.Descriptors, $"A {header.Type} frame came with the handle {number}, which is no section of the peer.");
            _descriptors.Add(taken);
        }
        var before = _descriptors.Count;
        var violation = handler.OnFrame(new Frame(header, whole[FrameHeader.Size..end], _descriptors));
        for (var untaken = header.DescriptorCount - (before - _descriptors.Count); untaken > 0; untaken--)
            _descriptors.Take(1)[0].Dispose();
        return violation;
    }

    private ProtocolViolation? CheckSurplus()
    {
        var expected = _pendingLength >= FrameHeader.Size ? FrameHeader.Read(_pending).DescriptorCount
            : _pendingLength > 0 ? Limits.MaxDescriptorsPerFrame
            : 0;
        return _descriptors.Count > expected
            ? new ProtocolViolation(ViolationKind.Descriptors, $"{_descriptors.Count} descriptors arrived that no frame announced.")
            : null;
    }
}
