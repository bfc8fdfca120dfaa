using ActorBrowser.Transport;

namespace ActorBrowser.Cluster;

/// <summary>A fetch as it is asked of a node: without what stays on the asker's node, which is its token and the source of its body.</summary>
/// <param name="Url">See <see cref="FetchProtocol.Fetch"/>, as for all fields.</param>
internal sealed record FetchOrder(string Url)
{
    internal string Method { get; init; } = "GET";

    internal IReadOnlyList<HeaderField> Headers { get; init; } = [];

    internal ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Whether the body comes in <see cref="UploadPiece"/>s.</summary>
    internal bool HasUpload { get; init; }

    internal long? UploadLength { get; init; }

    internal bool Streamed { get; init; }

    internal FetchInitiator Initiator { get; init; }

    internal int? MaxRedirects { get; init; }

    internal TimeSpan? TotalTimeout { get; init; }

    internal TimeSpan? ConnectTimeout { get; init; }

    internal TimeSpan? FirstByteTimeout { get; init; }

    internal long? MaxBody { get; init; }

    internal bool Decompress { get; init; } = true;

    internal HttpVersionChoice Version { get; init; }

    internal string? Proxy { get; init; }

    internal bool Replay { get; init; }

    /// <summary>The asker's span, as W3C Trace Context writes it; null for none.</summary>
    internal string? TraceParent { get; init; }

    /// <summary>The order for a fetch, except for its upload.</summary>
    internal static FetchOrder Of(FetchProtocol.Fetch fetch) => new(fetch.Url)
    {
        Method = fetch.Method,
        Headers = fetch.Headers,
        Body = fetch.Body is { } body && MessageBytes.AreInArray(body) ? body : default(ReadOnlyMemory<byte>?),
        Streamed = fetch.Streamed,
        Initiator = fetch.Initiator,
        MaxRedirects = fetch.MaxRedirects,
        TotalTimeout = fetch.TotalTimeout,
        ConnectTimeout = fetch.ConnectTimeout,
        FirstByteTimeout = fetch.FirstByteTimeout,
        MaxBody = fetch.MaxBody,
        Decompress = fetch.Decompress,
        Version = fetch.Version,
        Proxy = fetch.Proxy,
        Replay = fetch.Replay,
        TraceParent = TraceText.Of(fetch.TraceParent),
    };

    /// <summary>The fetch that a browser node makes for an order.</summary>
    /// <param name="upload">The body that comes in pieces; null for none.</param>
    internal FetchProtocol.Fetch ToFetch(FetchBody? upload) => new(Url)
    {
        Method = Method,
        Headers = Headers,
        Body = Body,
        Upload = upload,
        Streamed = Streamed,
        Initiator = Initiator,
        MaxRedirects = MaxRedirects,
        TotalTimeout = TotalTimeout,
        ConnectTimeout = ConnectTimeout,
        FirstByteTimeout = FirstByteTimeout,
        MaxBody = MaxBody,
        Decompress = Decompress,
        Version = Version,
        Proxy = Proxy,
        Replay = Replay,
        TraceParent = TraceText.Read(TraceParent),
    };
}

/// <summary>The requester accepts this many bytes more.</summary>
internal sealed record FetchCredit(long Bytes);

/// <summary>A piece of a request's body.</summary>
/// <param name="Data">May be empty in the last one.</param>
/// <param name="IsLast">Whether the body ends with it.</param>
/// <param name="Problem">Why the body cannot be read any further; null if it can.</param>
internal sealed record UploadPiece(ReadOnlyMemory<byte> Data, bool IsLast, string? Problem)
{
    /// <summary>The most bytes that it has besides its data and problem: a piece is one frame, so that the window counts it exactly.</summary>
    internal const int Overhead = 64;
}
