using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>On whose behalf a fetch is made.</summary>
public enum FetchInitiator
{
    /// <summary>The embedder: it may reach any address.</summary>
    Embedder,

    /// <summary>Content of a page from a public address: it may not reach private ones.</summary>
    PublicPage,

    /// <summary>Content of a page from a private address or this machine.</summary>
    PrivatePage,
}

/// <summary>Messages to and from a <see cref="FetchCoordinator"/>.</summary>
public static class FetchProtocol
{
    /// <summary>Sent to the coordinator, or to the browser, which passes it on.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Sent to the requester of a fetch.</summary>
    public interface IEvent : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>The fetch's id; the coordinator assigns it and never reuses it.</summary>
        ulong Id { get; }
    }

    /// <summary>
    /// Starts a fetch. A buffered one is answered by one <see cref="FetchResponse"/>; a streamed one by <see cref="FetchStarted"/>,
    /// <see cref="FetchHeadersArrived"/>, any number of <see cref="FetchChunk"/>, and <see cref="FetchCompleted"/>. Either may end
    /// with <see cref="FetchFailed"/> instead; there is exactly one end. When the requester stops, the fetch is cancelled.
    /// </summary>
    /// <param name="Url">An absolute http or https URL.</param>
    public sealed record Fetch(string Url) : TracedMessage, ICommand, IValidated
    {
        /// <summary>An HTTP method.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>Request headers.</summary>
        public IReadOnlyList<HeaderField> Headers { get; init; } = [];

        /// <summary>The request body; null for none. Must not change after sending.</summary>
        public ReadOnlyMemory<byte>? Body { get; init; }

        /// <summary>
        /// A body of any size, read while it is sent, instead of <see cref="Body"/>; null for none. If it cannot be read, the fetch
        /// fails with <see cref="FetchErrorKind.Upload"/>.
        /// </summary>
        public FetchBody? Upload { get; init; }

        /// <summary>Whether the response body is delivered in pieces, against credit.</summary>
        public bool Streamed { get; init; }

        /// <summary>On whose behalf the fetch is made.</summary>
        public FetchInitiator Initiator { get; init; }

        /// <summary>The most redirects to follow; null for the configured number.</summary>
        public int? MaxRedirects { get; init; }

        /// <summary>The longest time for the whole fetch; null for the configured time.</summary>
        public TimeSpan? TotalTimeout { get; init; }

        /// <summary>The longest time to connect; null for the configured time.</summary>
        public TimeSpan? ConnectTimeout { get; init; }

        /// <summary>The longest time from the sent request to the first byte of the response; null for the configured time.</summary>
        public TimeSpan? FirstByteTimeout { get; init; }

        /// <summary>The longest response body, in bytes; null for the configured length.</summary>
        public long? MaxBody { get; init; }

        /// <summary>Whether compressed bodies are delivered decoded.</summary>
        public bool Decompress { get; init; } = true;

        /// <summary>Which HTTP versions may be used.</summary>
        public HttpVersionChoice Version { get; init; }

        /// <summary>
        /// A SOCKS5 proxy for the whole fetch, including name resolution: <c>socks5://user:password@host:port</c>; null for none. If
        /// the proxy is unreachable, the fetch fails. Fetches with different proxy users share no connection.
        /// </summary>
        public string? Proxy { get; init; }

        /// <summary>
        /// Whether the fetch is repeated once if its network child is lost. Only for requests that may be repeated: GET, HEAD and
        /// OPTIONS without <see cref="Upload"/>. If part of the body was delivered, only the rest is requested (Range, If-Range);
        /// this needs a strong ETag from the server.
        /// </summary>
        public bool Replay { get; init; }

        /// <summary>
        /// Cancels the fetch. Needed with Ask: the coordinator cancels the fetches of an actor that has stopped, but it cannot watch the
        /// temporary reference of an Ask.
        /// </summary>
        public CancellationToken Cancellation { get; init; }

        object? IValidated.Refusal() => FetchRules.Refusal(this);
    }

    /// <summary>
    /// Stops a fetch, which then ends with <see cref="FetchFailed"/> unless it has ended already. Only the fetch's requester may stop
    /// it; any other actor gets <see cref="InvalidMessageException"/>.
    /// </summary>
    /// <param name="Id">The fetch.</param>
    public sealed record CancelFetch(ulong Id) : ICommand, IDeadLetterSuppression;

    /// <summary>
    /// The requester has consumed this many bytes of a streamed body and accepts as many more. Only the fetch's requester may send
    /// it; any other actor gets <see cref="InvalidMessageException"/>.
    /// </summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Bytes">At least 1.</param>
    public sealed record GrantCredit(ulong Id, long Bytes) : ICommand, IValidated, IDeadLetterSuppression
    {
        object? IValidated.Refusal() => Bytes >= 1 ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(GrantCredit), $"Bytes is {Bytes}; it must be at least 1"));
    }

    /// <summary>Asks for counters. Answered by <see cref="FetchStats"/>.</summary>
    public sealed class GetStats : ICommand
    {
        /// <summary>The one GetStats.</summary>
        public static readonly GetStats Instance = new();

        private GetStats()
        {
        }
    }

    /// <summary>Counters since the coordinator started.</summary>
    /// <param name="Pending">Fetches that run or wait now.</param>
    /// <param name="Completed">Fetches that ended with a response.</param>
    /// <param name="Failed">Fetches that were refused, failed, or were abandoned by their requester.</param>
    /// <param name="UnknownIds">Late, duplicate or unknown answers: counted and logged, but not delivered.</param>
    /// <param name="ChildProcessId">The current network child; 0 for none.</param>
    public sealed record FetchStats(int Pending, long Completed, long Failed, long UnknownIds, int ChildProcessId) : INoSerializationVerificationNeeded;

    /// <summary>A streamed fetch was accepted.</summary>
    /// <param name="Id">The fetch.</param>
    public sealed record FetchStarted(ulong Id) : IEvent;

    /// <summary>The status and headers have arrived.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Headers">The final response's headers.</param>
    /// <param name="ChildProcessId">The child that performs the fetch.</param>
    public sealed record FetchHeadersArrived(ulong Id, FetchHeaders Headers, int ChildProcessId) : IEvent;

    /// <summary>A piece of the body.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Offset">The piece's offset; pieces arrive in order, without gaps.</param>
    /// <param name="Data">Never empty; owned by the receiver.</param>
    public sealed record FetchChunk(ulong Id, long Offset, ReadOnlyMemory<byte> Data) : IEvent;

    /// <summary>A streamed fetch is complete.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="End">Sizes and duration.</param>
    public sealed record FetchCompleted(ulong Id, FetchEnd End) : IEvent;

    /// <summary>A buffered fetch is complete.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Headers">The final response's headers.</param>
    /// <param name="Body">The whole body.</param>
    /// <param name="End">Sizes and duration.</param>
    /// <param name="ChildProcessId">The child that performed the fetch.</param>
    public sealed record FetchResponse(ulong Id, FetchHeaders Headers, ReadOnlyMemory<byte> Body, FetchEnd End, int ChildProcessId) : IEvent
    {
        /// <summary>The status code.</summary>
        public int Status => Headers.Status;
    }

    /// <summary>A fetch failed; this is its last message.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Kind">Why it failed.</param>
    /// <param name="Message">One sentence.</param>
    /// <param name="ChildProcessId">The child that attempted it; 0 for none.</param>
    public sealed record FetchFailed(ulong Id, FetchErrorKind Kind, string Message, int ChildProcessId) : IEvent;
}
