using System.Buffers.Binary;

namespace ActorBrowser.Transport;

/// <summary>
/// The 16 bytes before every frame's body, little-endian:
/// <c>u32 body length · u16 message type · u16 descriptor count · u64 correlation id</c>.
/// </summary>
/// <param name="BodyLength">Bytes of MessagePack that follow.</param>
/// <param name="Type">The body's message.</param>
/// <param name="DescriptorCount">How many descriptors come with this frame.</param>
/// <param name="CorrelationId">Matches an answer to its question; 0 for none.</param>
internal readonly record struct FrameHeader(uint BodyLength, MessageType Type, ushort DescriptorCount, ulong CorrelationId)
{
    /// <summary>The header's size in bytes.</summary>
    public const int Size = 16;

    /// <summary>Reads a header.</summary>
    /// <param name="source">At least <see cref="Size"/> bytes.</param>
    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        (MessageType)BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));

    /// <summary>Writes the header.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, BodyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], (ushort)Type);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], DescriptorCount);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], CorrelationId);
    }
}
