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
}

/// <summary>The requester accepts this many bytes more.</summary>
internal sealed record FetchCredit(long Bytes);

/// <summary>A piece of a request's body.</summary>
/// <param name="Data">May be empty in the last one.</param>
/// <param name="IsLast">Whether the body ends with it.</param>
/// <param name="Problem">Why the body cannot be read any further; null if it can.</param>
internal sealed record UploadPiece(ReadOnlyMemory<byte> Data, bool IsLast, string? Problem);
