using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>A message with its number and its encoding as a MessagePack array.</summary>
/// <typeparam name="TSelf">The message itself.</typeparam>
internal interface IWireMessage<TSelf> where TSelf : IWireMessage<TSelf>
{
    /// <summary>The number in the frame's header.</summary>
    static abstract MessageType Type { get; }

    /// <summary>Writes the body: one MessagePack array.</summary>
    /// <param name="writer">Receives the array.</param>
    void Write(ref MessagePackWriter writer);

    /// <summary>
    /// Reads the body. Throws only what <see cref="MessagePackReader"/> throws, or <see cref="WireFormatException"/>
    /// for a value outside its range; callers use <see cref="Frame.TryRead{T}"/>, which turns both into a
    /// <see cref="ProtocolViolation"/>. Byte payloads are slices of the receive buffer: valid only during the call
    /// that delivered the frame.
    /// </summary>
    /// <param name="reader">The body.</param>
    static abstract TSelf Read(ref MessagePackReader reader);
}

/// <summary>A request whose bytes are in the message, in a memory file sent with it, or in FetchBodyChunk frames that follow.</summary>
/// <typeparam name="TSelf">The message itself.</typeparam>
internal interface IPayloadRequest<TSelf> where TSelf : struct
{
    /// <summary>How many bytes there are in total.</summary>
    int Length { get; }

    /// <summary>The bytes in the message.</summary>
    ReadOnlyMemory<byte> Data { get; }

    /// <summary>The message without its bytes, which are valid only as long as the frame.</summary>
    TSelf WithoutData();
}

/// <summary>A field of a message is out of range, or its array has the wrong length.</summary>
/// <param name="message">A sentence naming message, field and range.</param>
internal sealed class WireFormatException(string message) : Exception(message);
