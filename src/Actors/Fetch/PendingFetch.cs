using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>One fetch from its acceptance to its one ending.</summary>
internal sealed class PendingFetch(ulong id, Fetch fetch, HeaderField[] headers, IActorRef requester, FetchSettings limits, TimeProvider time)
{
    private readonly long _arrived = time.GetTimestamp();
    private byte[] _buffer = [];
    private int _buffered;

    internal ulong Id { get; } = id;

    internal Fetch Request { get; } = fetch;

    /// <summary>The request's headers, and what a second attempt asks for beyond the first.</summary>
    internal IReadOnlyList<HeaderField> RequestHeaders => ResumeHeaders.Count == 0 ? headers : [.. headers, .. ResumeHeaders];

    internal IActorRef Requester { get; } = requester;

    internal long MaxBody { get; } = fetch.MaxBody ?? (fetch.Streamed ? limits.MaxStreamedBody : limits.MaxBufferedBody);

    /// <summary>The limit of its whole time, which counts from its arrival; null for none.</summary>
    internal TimeSpan? Total { get; } = (fetch.TotalTimeout ?? limits.TotalTimeout) is { TotalMilliseconds: > 0 and < int.MaxValue } total ? total : null;

    /// <summary>Since its arrival.</summary>
    internal TimeSpan Age => time.GetElapsedTime(_arrived);

    /// <summary>Of the child that has the fetch; null while it waits for one.</summary>
    internal ChildRouter? Router { get; set; }

    /// <summary>Its place in the <see cref="FetchQueue"/>; null when it is not in there.</summary>
    internal LinkedListNode<PendingFetch>? Place { get; set; }

    internal bool IsWith(IActorRef child) => child.Equals(Router?.Child);

    internal FetchHeaders? Headers { get; set; }

    /// <summary>When the parent gives it up, in <see cref="Clock.Milliseconds"/>; the child's own timeouts come first.</summary>
    internal long Deadline { get; private set; } = long.MaxValue;

    /// <summary>The fetch waits in the parent for <paramref name="patience"/>, or for what is left of its total timeout if that is less.</summary>
    internal void WaitAtMost(TimeSpan patience) => Deadline = In(Total is { } total && total - Age < patience ? total - Age : patience);

    /// <summary>A child has the fetch and keeps its total timeout.</summary>
    /// <param name="grace">How much longer the parent waits for that.</param>
    internal void LeaveToChild(TimeSpan grace) => Deadline = Total is { } total ? In(total - Age + grace) : long.MaxValue;

    private long In(TimeSpan wait) => wait.TotalMilliseconds < int.MaxValue ? time.Milliseconds() + (long)Math.Ceiling(wait.TotalMilliseconds) : long.MaxValue;

    /// <summary>The registration with the request's token, until the fetch has ended.</summary>
    internal CancellationTokenRegistration Cancellation { private get; set; }

    /// <summary>The fetch has ended: its registration with the request's token is undone, and its source is closed.</summary>
    internal void Release()
    {
        Cancellation.Unregister();
        Upload?.Close();
    }

    /// <summary>Reads the request's body; null if there is no body, or it is in memory.</summary>
    internal UploadReader? Upload { get; set; }

    /// <summary>The request's body as the child is told of it.</summary>
    internal long BodyLength => Upload is { } upload ? upload.Length ?? FetchRequest.UnknownLength : Request.Body?.Length ?? FetchRequest.NoBody;

    internal long Received { get; private set; }

    internal long Granted { get; private set; } = limits.InitialCredit;

    /// <summary>How many bytes of the request's body were sent in the current pass.</summary>
    internal long Uploaded { get; set; }

    /// <summary>How many bytes of the body went with the FetchRequest: a repeated pass begins behind them.</summary>
    internal int FirstBytes { get; private set; }

    /// <summary>How often the child has asked for the body again.</summary>
    internal int Pass { get; set; }

    /// <summary>The child wants no more of the body.</summary>
    internal bool IsBodyUnwanted { get; private set; }

    /// <summary>Whether the body has bytes behind the first, and a source that gives them again.</summary>
    internal bool CanRewind => Upload is { } upload ? upload is { CanRewind: true, Length: not 0 } : Request.Body?.Length > FirstBytes;

    /// <summary>A child gets the request with the first bytes of its body.</summary>
    internal void BeginBody(int firstBytes) => (Uploaded, FirstBytes, Pass, IsBodyUnwanted) = (firstBytes, firstBytes, 0, false);

    /// <summary>The source is closed: nothing more is read from it.</summary>
    internal void EndBody()
    {
        IsBodyUnwanted = true;
        Upload?.Close();
    }

    /// <summary>Whether the answer has begun.</summary>
    internal bool IsAnswered => Headers is not null && (Base == 0 || IsResumed);

    private long _saved;

    /// <summary>Adds credit that the requester has granted and the child does not have yet.</summary>
    internal void Save(long bytes) => _saved = CreditSum.Of(_saved, bytes);

    /// <summary>Takes the saved credit, to be given to the child.</summary>
    internal long Spend()
    {
        var bytes = _saved;
        _saved = 0;
        if (bytes > 0)
            Grant(bytes);
        return bytes;
    }

    /// <summary>Where the answer that is coming now begins: 0, or what had come of it before its first child was lost.</summary>
    internal long Base { get; private set; }

    /// <summary>Whether the second answer has shown that it goes on.</summary>
    internal bool IsResumed { get; set; }

    /// <summary>Whether this is the second and last attempt.</summary>
    internal bool IsReplayed { get; private set; }

    /// <summary>What a second attempt asks for beyond the first.</summary>
    private IReadOnlyList<HeaderField> ResumeHeaders { get; set; } = [];

    /// <summary>Prepares a second attempt, from the beginning if nothing of the first was passed on, else from where it ended.</summary>
    /// <returns>False where there can be none.</returns>
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
        return true;
    }

    /// <summary>Whether the answer to a second attempt goes on where the first ended.</summary>
    internal bool Continues(in FetchHeaders headers) =>
        headers.Status == 206 && headers.ValueOf("Content-Range") is { } range && range.StartsWith($"bytes {Base}-", StringComparison.OrdinalIgnoreCase);

    internal void Grant(long bytes) => Granted = CreditSum.Of(Granted, bytes);

    /// <summary>Null, or the rule that the piece breaks.</summary>
    internal ProtocolViolation? Accept(long offset, int length)
    {
        if (Headers is null)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The body of fetch {Id} came before its headers.");
        if (offset != Received - Base)
            return new ProtocolViolation(ViolationKind.OutOfState, $"A piece of fetch {Id} came for offset {offset}; {Received - Base} was next.");
        if (Received + length > Granted)
            return new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {Id} brought {Received + length} bytes against a credit of {Granted}.");
        if (Received + length > MaxBody)
            return new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {Id} brought {Received + length} bytes; its limit is {MaxBody}.");
        Received += length;
        return null;
    }

    internal void Append(byte[] data)
    {
        // Most bodies come in one piece, which then is the body.
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
