using System.Buffers;
using System.Buffers.Binary;
using ActorBrowser.Interop;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// The queue of encoded frames to send. Writers append under a short lock; one sender at a time takes all queued frames and
/// sends them in as few system calls as possible, while writers fill the other buffer.
/// </summary>
internal sealed class OutgoingQueue(ChannelLimits limits) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Buffers up to this size are kept while idle; larger ones go back to the pool.</summary>
    private const int Kept = 4096;

    private readonly Lock _lock = new();
    private byte[] _filling = [];
    private int _filled;
    private List<Attachment>? _fillingAttachments;
    private byte[] _sending = [];
    private int _sendOffset;
    private int _sendLength;
    private List<Attachment>? _sendingAttachments;
    private bool _busy;
    private bool _closed;

    internal ChannelLimits Limits { get; set; } = limits;

    /// <summary>How descriptors are sent as numbers, four bytes each, behind a frame's body; null if the channel sends them beside the bytes.</summary>
    internal IDescriptorPassing? Passing { get; init; }

    internal WriteOutcome Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T>
    {
        WriteOutcome outcome;
        lock (_lock)
            outcome = Encode(correlationId, message, descriptors);
        if (outcome != WriteOutcome.Queued)
            SafeDescriptor.DisposeAll(descriptors);
        return outcome;
    }

    /// <summary>Makes the caller the sender and gives the first bytes to send; false if there are none or another thread is sending.</summary>
    internal bool TryBegin(out ReadOnlyMemory<byte> data, out SafeDescriptor[] descriptors)
    {
        lock (_lock)
        {
            if (_busy || _closed)
            {
                data = default;
                descriptors = [];
                return false;
            }
            _busy = true;
            return NextLocked(out data, out descriptors);
        }
    }

    /// <summary>Removes the bytes that were sent and gives the next; false when all are sent: then the caller is no longer the sender.</summary>
    internal bool Next(int sent, out ReadOnlyMemory<byte> data, out SafeDescriptor[] descriptors)
    {
        lock (_lock)
        {
            if (sent > 0 && _sendingAttachments is { Count: > 0 } attachments && attachments[0].Offset == _sendOffset)
            {
                SafeDescriptor.DisposeAll(attachments[0].Descriptors);
                attachments.RemoveAt(0);
            }
            _sendOffset += sent;
            return NextLocked(out data, out descriptors);
        }
    }

    /// <summary>Called when the peer takes no more now: the caller is no longer the sender, and the rest stays first in the queue.</summary>
    internal void Pause()
    {
        lock (_lock)
        {
            _busy = false;
            if (_closed)
                ReleaseLocked();
        }
    }

    /// <summary>Ends the queue: nothing more is accepted or sent, and waiting descriptors are closed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            if (!_busy)
                ReleaseLocked();
        }
    }

    void IBufferWriter<byte>.Advance(int count) => _filled += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => Room(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Room(sizeHint).Span;

    private WriteOutcome Encode<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T>
    {
        if (_closed)
            return WriteOutcome.Closed;
        if (descriptors.Length > Limits.MaxDescriptorsPerFrame)
            return WriteOutcome.TooLarge;
        var start = _filled;
        if (start + (_sendLength - _sendOffset) >= Limits.MaxQueuedBytes)
            return WriteOutcome.QueueFull;
        try
        {
            Room(FrameHeader.Size);
            _filled += FrameHeader.Size;
            var writer = new MessagePackWriter(this);
            message.Write(ref writer);
            writer.Flush();
        }
        catch
        {
            // A message that cannot be encoded is a defect of its writer; the frames before it stay valid.
            _filled = start;
            SafeDescriptor.DisposeAll(descriptors);
            throw;
        }
        var body = _filled - start - FrameHeader.Size;
        if (body > Limits.MaxBodyBytes)
        {
            _filled = start;
            return WriteOutcome.TooLarge;
        }
        new FrameHeader((uint)body, T.Type, (ushort)descriptors.Length, correlationId).Write(_filling.AsSpan(start));
        if (Passing is not null)
            AppendNumbers(Passing, descriptors, start);
        else if (!descriptors.IsEmpty)
            (_fillingAttachments ??= []).Add(new Attachment(start, descriptors.ToArray()));
        return WriteOutcome.Queued;
    }

    private void AppendNumbers(IDescriptorPassing passing, ReadOnlySpan<SafeDescriptor> descriptors, int start)
    {
        var first = _filled;
        try
        {
            foreach (var descriptor in descriptors)
            {
                Room(sizeof(int));
                BinaryPrimitives.WriteInt32LittleEndian(_filling.AsSpan(_filled), passing.Give(descriptor));
                _filled += sizeof(int);
            }
        }
        catch
        {
            // The peer is going, or can hold no more: its caller sends the bytes another way. The peer has those that were given before.
            for (var given = first; given < _filled; given += sizeof(int))
                passing.Withdraw(BinaryPrimitives.ReadInt32LittleEndian(_filling.AsSpan(given)));
            _filled = start;
            SafeDescriptor.DisposeAll(descriptors);
            throw;
        }
    }

    private bool NextLocked(out ReadOnlyMemory<byte> data, out SafeDescriptor[] descriptors)
    {
        if (!_closed && _sendOffset == _sendLength && _filled > 0)
        {
            (_sending, _filling) = (_filling, _sending);
            (_sendingAttachments, _fillingAttachments) = (_fillingAttachments, _sendingAttachments);
            (_sendOffset, _sendLength, _filled) = (0, _filled, 0);
        }
        if (_closed || _sendOffset == _sendLength)
        {
            _busy = false;
            data = default;
            descriptors = [];
            if (_closed)
            {
                ReleaseLocked();
            }
            else
            {
                _sendOffset = _sendLength = 0;
                Trim(ref _sending);
                Trim(ref _filling);
            }
            return false;
        }
        var end = _sendLength;
        descriptors = [];
        foreach (var attachment in _sendingAttachments ?? [])
        {
            if (attachment.Offset == _sendOffset)
            {
                descriptors = attachment.Descriptors;
            }
            else
            {
                // The next frame with descriptors starts a new call: the descriptors travel with its first byte.
                end = attachment.Offset;
                break;
            }
        }
        data = new ReadOnlyMemory<byte>(_sending, _sendOffset, end - _sendOffset);
        return true;
    }

    private Memory<byte> Room(int sizeHint)
    {
        var wanted = Math.Max(sizeHint, 64);
        if (_filling.Length - _filled < wanted)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(Kept, _filling.Length * 2), _filled + wanted));
            _filling.AsSpan(0, _filled).CopyTo(larger);
            Return(_filling);
            _filling = larger;
        }
        return _filling.AsMemory(_filled);
    }

    private void ReleaseLocked()
    {
        foreach (var attachment in (_sendingAttachments ?? []).Concat(_fillingAttachments ?? []))
            SafeDescriptor.DisposeAll(attachment.Descriptors);
        _sendingAttachments = _fillingAttachments = null;
        Return(_filling);
        Return(_sending);
        _filling = _sending = [];
        _filled = _sendOffset = _sendLength = 0;
    }

    private static void Trim(ref byte[] buffer)
    {
        if (buffer.Length <= Kept)
            return;
        Return(buffer);
        buffer = [];
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private sealed record Attachment(int Offset, SafeDescriptor[] Descriptors);
}
