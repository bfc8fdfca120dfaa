using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Why a fetch failed.</summary>
public enum FetchErrorKind
{
    /// <summary>The URL is empty, malformed or too long.</summary>
    InvalidUrl = 0,

    /// <summary>The URL's scheme is not http or https.</summary>
    UnsupportedScheme = 1,

    /// <summary>Method, headers or body cannot be sent as given.</summary>
    InvalidRequest = 2,

    /// <summary>The name could not be resolved.</summary>
    Dns = 3,

    /// <summary>The address refused the connection.</summary>
    Refused = 4,

    /// <summary>No route, reset while connecting, or any other failure to reach the address.</summary>
    Unreachable = 5,

    /// <summary>The certificate or the handshake was not acceptable.</summary>
    Tls = 6,

    /// <summary>A deadline passed.</summary>
    Timeout = 7,

    /// <summary>The body, or the headers, exceed the limit.</summary>
    TooLarge = 8,

    /// <summary>More redirects than allowed, or a redirect that cannot be followed.</summary>
    Redirect = 9,

    /// <summary>The initiator may not reach this address.</summary>
    Blocked = 10,

    /// <summary>The server broke HTTP, or closed the connection in the middle of a response.</summary>
    Protocol = 11,

    /// <summary>The requester cancelled.</summary>
    Cancelled = 12,

    /// <summary>The child that was fetching is gone.</summary>
    ChildLost = 13,

    /// <summary>No child is available: too many fetches wait, the child is shutting down, or it is no longer restarted.</summary>
    Unavailable = 14,

    /// <summary>The proxy cannot be used; no connection bypassed it.</summary>
    Proxy = 15,

    /// <summary>The request's body could not be read from its file or stream, or ended before its length.</summary>
    Upload = 16,

    /// <summary>The browser is stopping, or has stopped. Only the parent reports this.</summary>
    Stopped = 17,

    /// <summary>The cluster's node that was fetching is gone, or the connection to it lost messages. Only ActorBrowser.Cluster reports this.</summary>
    NodeLost = 18,

    /// <summary>No node of the cluster had room within the time that a request waits. Only ActorBrowser.Cluster reports this.</summary>
    NodesFull = 19,
}

/// <summary>Child → parent: the fetch failed; nothing more about it follows.</summary>
/// <param name="Kind">Why it failed.</param>
/// <param name="Message">One sentence.</param>
internal readonly record struct FetchError(FetchErrorKind Kind, string Message) : IWireMessage<FetchError>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchError;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)Kind);
        writer.Write(Message);
    }

    /// <inheritdoc/>
    public static FetchError Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(FetchError));
        return new FetchError(
            (FetchErrorKind)Wire.ReadRange(ref reader, "FetchError.Kind", 0, (int)FetchErrorKind.Upload),
            Wire.ReadText(ref reader, "FetchError.Message"));
    }
}

/// <summary>Parent → child: stop the transfer.</summary>
internal readonly record struct FetchCancel : IWireMessage<FetchCancel>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.FetchCancel;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer) => writer.WriteArrayHeader(0);

    /// <inheritdoc/>
    public static FetchCancel Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 0, nameof(FetchCancel));
        return default;
    }
}

/// <summary>Either way: the sender of a body may send this many more bytes.</summary>
/// <param name="Bytes">At least 1.</param>
internal readonly record struct Credit(long Bytes) : IWireMessage<Credit>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.Credit;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Bytes);
    }

    /// <inheritdoc/>
    public static Credit Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(Credit));
        return new Credit(Wire.ReadRange(ref reader, "Credit.Bytes", 1, long.MaxValue));
    }
}
