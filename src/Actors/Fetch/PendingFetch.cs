using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>One fetch, from its acceptance to its end.</summary>
internal sealed class PendingFetch(ulong id, Fetch fetch, HeaderField[] headers, IActorRef requester, FetchSettings limits, TimeProvider time)
{
    private readonly long _arrived = time.GetTimestamp();
    private byte[] _buffer = [];
    private int _buffered;

    internal ulong Id { get; } = id;

    internal Fetch Request { get; } = fetch;

    /// <summary>Its span; null without a listener.</summary>
    internal RequestSpan? Span { get; } = FetchSpans.Begin(fetch);

    /// <summary>The request's headers, with those that a second attempt adds.</summary>
    internal IReadOnlyList<HeaderField> RequestHeaders => ResumeHeaders.Count == 0 ? headers : [.. headers, .. ResumeHeaders];

    internal IActorRef Requester { get; } = requester;

    /// <summary>Whether only public addresses may be reached.</summary>
    internal bool IsPublicOnly { get; } = fetch.Initiator == FetchInitiator.PublicPage && limits.BlockPrivateFromPublicPages;

    /// <summary>Whether private addresses may be reached, also that of a proxy.</summary>
    internal bool ReachesPrivate => !IsPublicOnly || !string.IsNullOrEmpty(Request.Proxy);

    internal long MaxBody { get; } = fetch.MaxBody ?? (fetch.Streamed ? limits.MaxStreamedBody : limits.MaxBufferedBody);

    /// <summary>The fetch's total timeout, counted from its arrival; null for none.</summary>
    internal TimeSpan? Total { get; } = (fetch.TotalTimeout ?? limits.TotalTimeout) is { TotalMilliseconds: > 0 and < int.MaxValue } total ? total : null;

    /// <summary>The time since its arrival.</summary>
    internal TimeSpan Age => time.GetElapsedTime(_arrived);

    /// <summary>The router of the child that performs it; null while it waits for one.</summary>
    internal ChildRouter? Router { get; set; }

    /// <summary>Its place in the queue for a child; null if it does not wait.</summary>
    internal LinkedListNode<PendingFetch>? Place { get; set; }

    internal bool IsWith(IActorRef child) => child.Equals(Router?.Child);

    internal FetchHeaders? Headers { get; set; }

    /// <summary>When this process gives the fetch up, in <see cref="Clock.Milliseconds"/>. The child enforces its own timeouts earlier.</summary>
    internal long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Sets the deadline for a wait in this process, at most the fetch's total timeout.</summary>
    internal void WaitAtMost(TimeSpan patience) => Deadline = In(Total is { } total && total - Age < patience ? total - Age : patience);

    /// <summary>Sets the deadline while a child performs the fetch and enforces the total timeout itself.</summary>
    /// <param name="grace">How much later than the child this process gives up.</param>
    internal void LeaveToChild(TimeSpan grace) => Deadline = Total is { } total ? In(total - Age + grace) : long.MaxValue;

    private long In(TimeSpan wait) => wait.TotalMilliseconds < int.MaxValue ? time.Milliseconds() + (long)Math.Ceiling(wait.TotalMilliseconds) : long.MaxValue;

    /// <summary>The registration with the request's token; removed when the fetch ends.</summary>
    internal CancellationTokenRegistration Cancellation { private get; set; }

    /// <summary>Ends the fetch: removes the registration and closes the body's source.</summary>
    internal void Release()
    {
        Cancellation.Unregister();
        Upload?.Close();
    }

    /// <summary>Reads the request body; null if there is none or it is in memory.</summary>
    internal UploadReader? Upload { get; set; }

    /// <summary>The request body's length as sent to the child.</summary>
    internal long BodyLength => Upload is { } upload ? upload.Length ?? FetchRequest.UnknownLength : Request.Body?.Length ?? FetchRequest.NoBody;

    internal long Received { get; private set; }

    internal long Granted { get; private set; } = limits.InitialCredit;

    /// <summary>How many bytes of the request body the child has in the current pass.</summary>
    internal long Uploaded { get; set; }

    /// <summary>How many bytes of the body travelled with the FetchRequest; a second pass starts after them.</summary>
    internal int FirstBytes { get; private set; }

    /// <summary>How often the child has asked for the body again.</summary>
    internal int Pass { get; set; }

    /// <summary>Whether the child wants no more of the body.</summary>
    internal bool IsBodyUnwanted { get; private set; }

    /// <summary>Whether the body is longer than its first bytes and its source can be read again.</summary>
    internal bool CanRewind => Upload is { } upload ? upload is { CanRewind: true, Length: not 0 } : Request.Body?.Length > FirstBytes;

    /// <summary>Records the number of body bytes sent with the request.</summary>
    internal void BeginBody(int firstBytes) => (Uploaded, FirstBytes, Pass, IsBodyUnwanted) = (firstBytes, firstBytes, 0, false);

    /// <summary>Closes the source, because the child has declined the rest.</summary>
    internal void EndBody()
    {
        IsBodyUnwanted = true;
        Upload?.Close();
    }

    /// <summary>Whether the response has begun.</summary>
    internal bool IsAnswered => Headers is not null && (Base == 0 || IsResumed);

    private long _saved;

    /// <summary>Saves credit from the requester that the child does not have yet.</summary>
    internal void Save(long bytes) => _saved = CreditSum.Of(_saved, bytes);

    /// <summary>Turns the saved credit into credit for the child.</summary>
    internal long Spend()
    {
        var bytes = _saved;
        _saved = 0;
        if (bytes > 0)
            Grant(bytes);
        return bytes;
    }

    /// <summary>Where the current response begins: 0, or the bytes received before the first child was lost.</summary>
    internal long Base { get; private set; }

    /// <summary>Whether the second response was confirmed to continue the first.</summary>
    internal bool IsResumed { get; set; }

    /// <summary>Whether this is the second and last attempt.</summary>
    internal bool IsReplayed { get; private set; }

    /// <summary>The headers that a second attempt adds.</summary>
    private IReadOnlyList<HeaderField> ResumeHeaders { get; set; } = [];

    /// <summary>Prepares a second attempt: from the beginning if nothing of the first was delivered, else from where it ended.</summary>
    /// <returns>False if the fetch cannot be repeated.</returns>
    internal bool TryReplay()
    {
        if (!Request.Replay || IsReplayed || Upload is not null || Request.Method is not ("GET" or "HEAD" or "OPTIONS"))
            return false;
        if (Headers is null || !Request.Streamed)
        {
            (Headers, Received, _buffered, _buffer) = (null, 0, 0, []);
        }
        else
        {
            var first = Headers.Value;
            if (first.Status != 200 || first.ValueOf("ETag") is not { } tag || !tag.StartsWith('"') || first.ValueOf("Content-Encoding") is not null || Received == 0)
                return false;
            ResumeHeaders = [new HeaderField("Range", $"bytes={Received}-"), new HeaderField("If-Range", tag), new HeaderField("Accept-Encoding", "identity")];
            Base = Received;
        }
        (IsReplayed, Router, Granted) = (true, null, Received + limits.InitialCredit);
        Span?.Waits();
        return true;
    }

    /// <summary>Whether the second response continues where the first ended.</summary>
    internal bool Continues(in FetchHeaders headers) =>
        headers.Status == 206 && headers.ValueOf("Content-Range") is { } range && range.StartsWith($"bytes {Base}-", StringComparison.OrdinalIgnoreCase);

    internal void Grant(long bytes) => Granted = CreditSum.Of(Granted, bytes);

    /// <summary>Counts a piece of the body. Null, or the rule that the piece breaks.</summary>
    internal ProtocolViolation? Accept(long offset, int length)
    {
        if (Headers is null)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child sent the body of fetch {Id} before the headers.");
        if (offset != Received - Base)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child sent a piece of fetch {Id} at offset {offset}; expected {Received - Base}.");
        if (Received + length > Granted)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child sent {Received + length} bytes of fetch {Id}; its credit is {Granted}.");
        if (Received + length > MaxBody)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child sent {Received + length} bytes of fetch {Id}; the limit is {MaxBody}.");
        Received += length;
        return null;
    }

    internal void Append(byte[] data)
    {
        // Most bodies arrive in one piece, which is used without copying.
        if (_buffered == 0)
        {
            _buffer = data;
            _buffered = data.Length;
            return;
        }
        if (_buffer.Length < _buffered + data.Length)
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(_buffer.Length * 2L, _buffered + data.Length)));
        data.CopyTo(_buffer, _buffered);
        _buffered += data.Length;
    }

    internal ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _buffered);
}
