using ActorBrowser.Interop;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>A received frame, valid only during one <see cref="IFrameHandler.OnFrame"/> call.</summary>
internal readonly ref struct Frame
{
    private readonly DescriptorQueue? _descriptors;

    internal Frame(FrameHeader header, ReadOnlyMemory<byte> body, DescriptorQueue? descriptors)
    {
        Header = header;
        Body = body;
        _descriptors = descriptors;
    }

    /// <summary>The header.</summary>
    public FrameHeader Header { get; }

    /// <summary>The body's message.</summary>
    public MessageType Type => Header.Type;

    /// <summary>Matches answers to questions.</summary>
    public ulong CorrelationId => Header.CorrelationId;

    /// <summary>The body, a MessagePack array; a slice of the receive buffer.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Decodes the body.</summary>
    /// <typeparam name="T">The message the header names.</typeparam>
    /// <param name="message">The message; byte payloads in it are slices of the receive buffer.</param>
    /// <returns>Null, or the violation in the body.</returns>
    public ProtocolViolation? TryRead<T>(out T message) where T : struct, IWireMessage<T>
    {
        try
        {
            var reader = new MessagePackReader(Body);
            message = T.Read(ref reader);
            return reader.End ? null : Malformed<T>("bytes follow the message");
        }
        catch (Exception e) when (e is MessagePackSerializationException or WireFormatException or EndOfStreamException
            or OverflowException or ArgumentException or InsufficientExecutionStackException)
        {
            // MessagePack 2.5: a number that does not fit is an OverflowException, a length beyond int an ArgumentOutOfRangeException.
            message = default;
            return Malformed<T>(e.Message);
        }
    }

    /// <summary>Takes ownership of the frame's descriptors, in the order they were sent.</summary>
    public SafeDescriptor[] TakeDescriptors() => _descriptors?.Take(Header.DescriptorCount) ?? [];

    private static ProtocolViolation Malformed<T>(string detail) =>
        new(ViolationKind.MalformedBody, $"A {typeof(T).Name} frame is malformed: {detail}");
}
