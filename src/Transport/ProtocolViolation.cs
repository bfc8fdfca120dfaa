namespace ActorBrowser.Transport;

/// <summary>What a peer did that the protocol forbids.</summary>
public enum ViolationKind
{
    /// <summary>A body that is not the message its header says.</summary>
    MalformedBody,

    /// <summary>A body longer than the frame limit.</summary>
    FrameTooLarge,

    /// <summary>A message type this side does not know.</summary>
    UnknownMessage,

    /// <summary>A known message that this state or direction does not allow.</summary>
    OutOfState,

    /// <summary>More, fewer or other descriptors than declared, or more than allowed, or truncated control data.</summary>
    Descriptors,

    /// <summary>The stream ended inside a frame.</summary>
    TruncatedFrame,

    /// <summary>A Hello of another protocol version, build, role or pid.</summary>
    Handshake,
}

/// <summary>A peer broke the protocol: its kind and a sentence a person can act on.</summary>
/// <param name="Kind">The rule that was broken.</param>
/// <param name="Message">One sentence: what arrived and what was allowed.</param>
public sealed record ProtocolViolation(ViolationKind Kind, string Message);
