using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>On whose behalf a fetch is made.</summary>
public enum FetchInitiator
{
    /// <summary>The embedder itself: it may go anywhere.</summary>
    Embedder,

    /// <summary>Content of a page from a public address: it may not reach private ones.</summary>
    PublicPage,

    /// <summary>Content of a page from a private address or this machine.</summary>
    PrivatePage,
}

/// <summary>What a <see cref="FetchCoordinator"/> understands and says.</summary>
public static class FetchProtocol
{
    /// <summary>Sent to the coordinator (or to the browser, which passes it on).</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Said to whoever asked for a fetch.</summary>
    public interface IEvent : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>The fetch; chosen by the coordinator, never used again.</summary>
        ulong Id { get; }
    }

    /// <summary>
    /// Fetch this. Buffered: the answer is one <see cref="FetchResponse"/>. Streamed: <see cref="FetchStarted"/>,
    /// <see cref="FetchHeadersArrived"/>, any number of <see cref="FetchChunk"/>, <see cref="FetchCompleted"/>. Either way
    /// <see cref="FetchFailed"/> may end it instead; exactly one ending comes. When the asker stops, the fetch is cancelled.
    /// </summary>
    /// <param name="Url">An absolute http or https URL.</param>
    public sealed record Fetch(string Url) : ICommand, IValidated
    {
        /// <summary>An HTTP method.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>Request headers.</summary>
        public IReadOnlyList<HeaderField> Headers { get; init; } = [];

        /// <summary>The request body; null for none. Not changed after sending.</summary>
        public ReadOnlyMemory<byte>? Body { get; init; }

        /// <summary>
        /// A body of any size, read while it is sent, in place of <see cref="Body"/>; null for none. If it cannot be read, the
        /// fetch fails with <see cref="FetchErrorKind.Upload"/>.
        /// </summary>
        public FetchBody? Upload { get; init; }

        /// <summary>Whether the answer's body comes in pieces, against credit.</summary>
        public bool Streamed { get; init; }

        /// <summary>On whose behalf.</summary>
        public FetchInitiator Initiator { get; init; }

        /// <summary>Null for the configuration's.</summary>
        public int? MaxRedirects { get; init; }

        /// <summary>Null for the configuration's.</summary>
        public TimeSpan? TotalTimeout { get; init; }

        /// <summary>Null for the configuration's.</summary>
        public TimeSpan? ConnectTimeout { get; init; }

        /// <summary>Null for the configuration's.</summary>
        public TimeSpan? FirstByteTimeout { get; init; }

        /// <summary>In bytes; null for the configuration's.</summary>
        public long? MaxBody { get; init; }

        /// <summary>Whether compressed bodies are delivered decoded.</summary>
        public bool Decompress { get; init; } = true;

        /// <summary>Which HTTP versions may be used.</summary>
        public HttpVersionChoice Version { get; init; }

        /// <summary>
        /// A SOCKS5 proxy that everything goes through, names included: <c>socks5://user:password@host:port</c>; null for
        /// none. Without it nothing is fetched; those of different users share no connection.
        /// </summary>
        public string? Proxy { get; init; }

        /// <summary>
        /// Whether the fetch is made once more when its network child is lost. Only where a request may be repeated: GET, HEAD
        /// and OPTIONS without <see cref="Upload"/>; of a body that was begun, the rest is asked for (Range, If-Range) if the server gave it a strong ETag.
        /// </summary>
        public bool Replay { get; init; }

        /// <summary>
        /// Cancels the fetch. For an Ask: the actor that asks is watched, and its end is the fetch's, but whoever waits for
        /// an Ask's task is no actor whose end could be seen.
        /// </summary>
        public CancellationToken Cancellation { get; init; }

        object? IValidated.Refusal() => FetchRules.Refusal(this);
    }

    /// <summary>
    /// Stop a fetch; it ends with <see cref="FetchFailed"/> unless it had ended. Only the actor that asked for a fetch may
    /// stop it; any other gets <see cref="InvalidMessageException"/>.
    /// </summary>
    /// <param name="Id">The fetch.</param>
    public sealed record CancelFetch(ulong Id) : ICommand, IDeadLetterSuppression;

    /// <summary>
    /// So many bytes of a streamed body have been consumed: as many more may come. From the actor that asked for the fetch;
    /// any other gets <see cref="InvalidMessageException"/>.
    /// </summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Bytes">At least 1.</param>
    public sealed record GrantCredit(ulong Id, long Bytes) : ICommand, IValidated, IDeadLetterSuppression
    {
        object? IValidated.Refusal() => Bytes >= 1 ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(GrantCredit), $"Bytes is {Bytes}; it is at least 1"));
    }

    /// <summary>Answered by <see cref="FetchStats"/>.</summary>
    public sealed class GetStats : ICommand
    {
        /// <summary>The one GetStats.</summary>
        public static readonly GetStats Instance = new();

        private GetStats()
        {
        }
    }

    /// <summary>Counters since the coordinator started.</summary>
    /// <param name="Pending">Under way or waiting now.</param>
    /// <param name="Completed">Ended well.</param>
    /// <param name="Failed">Ended otherwise.</param>
    /// <param name="UnknownIds">Late, duplicate or unknown answers: counted, logged, delivered to nobody.</param>
    /// <param name="ChildProcessId">The network child now; 0 for none.</param>
    public sealed record FetchStats(int Pending, long Completed, long Failed, long UnknownIds, int ChildProcessId) : INoSerializationVerificationNeeded;

    /// <summary>A streamed fetch was accepted.</summary>
    /// <param name="Id">The fetch.</param>
    public sealed record FetchStarted(ulong Id) : IEvent;

    /// <summary>Status and headers are here.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Headers">The final response's.</param>
    /// <param name="ChildProcessId">The child that fetches.</param>
    public sealed record FetchHeadersArrived(ulong Id, FetchHeaders Headers, int ChildProcessId) : IEvent;

    /// <summary>A piece of the body.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Offset">Where it belongs; pieces come in order, without gaps.</param>
    /// <param name="Data">Never empty; the receiver's own.</param>
    public sealed record FetchChunk(ulong Id, long Offset, ReadOnlyMemory<byte> Data) : IEvent;

    /// <summary>A streamed fetch is complete.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="End">Sizes and time.</param>
    public sealed record FetchCompleted(ulong Id, FetchEnd End) : IEvent;

    /// <summary>A buffered fetch is complete.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Headers">The final response's.</param>
    /// <param name="Body">The whole body.</param>
    /// <param name="End">Sizes and time.</param>
    /// <param name="ChildProcessId">The child that fetched.</param>
    public sealed record FetchResponse(ulong Id, FetchHeaders Headers, ReadOnlyMemory<byte> Body, FetchEnd End, int ChildProcessId) : IEvent
    {
        /// <summary>The status code.</summary>
        public int Status => Headers.Status;
    }

    /// <summary>A fetch failed; nothing more about it comes.</summary>
    /// <param name="Id">The fetch.</param>
    /// <param name="Kind">Why.</param>
    /// <param name="Message">One sentence.</param>
    /// <param name="ChildProcessId">The child that tried; 0 when none did.</param>
    public sealed record FetchFailed(ulong Id, FetchErrorKind Kind, string Message, int ChildProcessId) : IEvent;
}
