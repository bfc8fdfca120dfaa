namespace ActorBrowser.Transport;

/// <summary>How a peer broke the protocol.</summary>
internal enum ViolationKind
{
    /// <summary>A body that is not the message its header announces.</summary>
    MalformedBody,

    /// <summary>A body longer than the frame limit.</summary>
    FrameTooLarge,

    /// <summary>A message type this side does not know.</summary>
    UnknownMessage,

    /// <summary>A known message that is not allowed in this state or direction.</summary>
    OutOfState,

    /// <summary>Other descriptors than declared, more than allowed, or truncated control data.</summary>
    Descriptors,

    /// <summary>The stream ended inside a frame.</summary>
    TruncatedFrame,

    /// <summary>A Hello with the wrong protocol version, build, role or pid.</summary>
    Handshake,
}

/// <summary>A violation of the protocol by the peer, with a message for humans.</summary>
/// <param name="Kind">The rule that was broken.</param>
/// <param name="Message">One sentence: what arrived and what was allowed.</param>
internal sealed record ProtocolViolation(ViolationKind Kind, string Message);
