using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// One fetch: what the channel's thread and the clock may do to it. The transfer itself is the other part. Whatever
/// happens, exactly one FetchEnd or FetchError is written, and nothing after it.
/// </summary>
internal sealed partial class Fetch
{
    // A box, emptied at the end: connections keep the execution context they were opened in, but not its fetch.
    private static readonly AsyncLocal<StrongBox<Fetch?>?> CurrentFetch = new();

    private readonly Lock _lock = new();
    private readonly FetchEngine _engine;
    private readonly FetchOutbox _outbox;
    private readonly FetchRequest _request;
    private readonly CancellationTokenSource _stop = new();
    private readonly CreditGate _credit;
    private readonly UploadBuffer? _upload;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly long _totalDeadline = long.MaxValue;
    private long _firstByteDeadline = long.MaxValue;
    private FetchFailure? _stopReason;
    private TransportConnection? _connection;
    private bool _finished;

    /// <summary>Takes a request over.</summary>
    /// <param name="engine">Whose fetch this is.</param>
    /// <param name="outbox">Where its frames go.</param>
    /// <param name="id">Its correlation id.</param>
    /// <param name="request">The request; its body is the fetch's own copy.</param>
    internal Fetch(FetchEngine engine, FetchOutbox outbox, ulong id, in FetchRequest request)
    {
        _engine = engine;
        _outbox = outbox;
        Id = id;
        _request = request;
        _credit = new CreditGate(request.InitialCredit);
        if (request.BodyLength == FetchRequest.UnknownLength)
            _upload = new UploadBuffer(null, request.Body.Length);
        else if (request.Body.Length < request.BodyLength)
            _upload = new UploadBuffer(request.BodyLength, request.Body.Length);
        if (request.TotalTimeout > 0)
            _totalDeadline = Environment.TickCount64 + request.TotalTimeout;
    }

    /// <summary>The fetch on whose behalf the current code runs, as far as its execution context flows.</summary>
    internal static Fetch? Current => CurrentFetch.Value?.Value;

    /// <summary>The correlation id.</summary>
    internal ulong Id { get; }

    /// <summary>When something is due next, in <see cref="Environment.TickCount64"/>.</summary>
    internal long Deadline => Math.Min(_totalDeadline, Volatile.Read(ref _firstByteDeadline));

    /// <summary>Milliseconds; 0 for none.</summary>
    internal int ConnectTimeout => _request.ConnectTimeout;

    /// <summary>The parent takes more of the body.</summary>
    internal void OnCredit(long bytes) => _credit.Add(bytes);

    /// <summary>A piece of the request's body.</summary>
    internal ProtocolViolation? OnUpload(in FetchBodyChunk chunk) => _upload is null
        ? new ProtocolViolation(ViolationKind.OutOfState, $"A FetchBodyChunk came for fetch {Id}, whose body is complete.")
        : _upload.Add(chunk);

    /// <summary>The request's body is said to be complete.</summary>
    internal void OnUploadEnd()
    {
        if (_upload?.Complete() is > 0 and var missing)
            Stop(new FetchFailure(FetchErrorKind.InvalidRequest, $"The request's body ended {missing} bytes short of the {_request.BodyLength} declared."));
    }

    /// <summary>The request's body begins again.</summary>
    internal ProtocolViolation? OnRewound(int pass) => _upload is null
        ? new ProtocolViolation(ViolationKind.OutOfState, $"A FetchRewind came for fetch {Id}, whose body is complete.")
        : _upload.OnRewound(pass);

    /// <summary>The requester no longer wants it.</summary>
    internal void Cancel() => Stop(new FetchFailure(FetchErrorKind.Cancelled, "The requester cancelled the fetch."));

    /// <summary>The child is ending: says so in the fetch's name, at once.</summary>
    internal void Abandon()
    {
        var failure = new FetchFailure(FetchErrorKind.Cancelled, "The network child is shutting down.");
        Stop(failure);
        WriteLast(new FetchError(failure.Kind, failure.Message));
    }

    /// <summary>The request is on its way over an HTTP/1.1 connection.</summary>
    internal void OnSentOver(TransportConnection connection) => Volatile.Write(ref _connection, connection);

    /// <summary>The request, body included, has been handed to a connection: the server's time begins.</summary>
    internal void OnRequestSent()
    {
        if (_request.FirstByteTimeout == 0)
            return;
        var deadline = Environment.TickCount64 + _request.FirstByteTimeout;
        Volatile.Write(ref _firstByteDeadline, deadline);
        _engine.Clock.Set(deadline);
    }

    /// <summary>The first reason counts; cancellation runs on the pool, because it closes sockets and wakes waiters.</summary>
    private void Stop(FetchFailure reason)
    {
        if (Interlocked.CompareExchange(ref _stopReason, reason, null) is null)
            ThreadPool.UnsafeQueueUserWorkItem(static fetch => fetch.CancelTransfer(), this, preferLocal: false);
    }

    private void CancelTransfer()
    {
        try
        {
            _stop.Cancel();
        }
        catch (AggregateException)
        {
            // Callbacks of the HTTP stack that failed while closing; the token is cancelled all the same, and the
            // transfer ends by it.
        }
        _credit.Close();
        _upload?.Close();
        Volatile.Read(ref _body)?.Release();
    }

    /// <summary>Ends the fetch if a deadline of its own is over.</summary>
    /// <returns>Its next deadline.</returns>
    internal long OnClock(long now)
    {
        if (_totalDeadline <= now)
            Stop(new FetchFailure(FetchErrorKind.Timeout, $"The fetch was not complete within {_request.TotalTimeout} ms: its total timeout, less what had passed when it was sent."));
        else if (Volatile.Read(ref _firstByteDeadline) <= now)
            Stop(new FetchFailure(FetchErrorKind.Timeout, $"The server did not begin to answer within the first-byte timeout of {_request.FirstByteTimeout} ms."));
        else
            return Deadline;
        return long.MaxValue;
    }

    private void OnAnswered() => Volatile.Write(ref _firstByteDeadline, long.MaxValue);

    private WriteOutcome Write<T>(in T message) where T : struct, IWireMessage<T>
    {
        lock (_lock)
            return _finished ? WriteOutcome.Closed : _outbox.Write(Id, message);
    }

    private WriteOutcome WriteChunk(in FetchBodyChunk chunk)
    {
        lock (_lock)
            return _finished ? WriteOutcome.Closed : _outbox.WriteChunk(Id, chunk);
    }

    private WriteOutcome WriteSlot(in FetchBodySlot piece)
    {
        lock (_lock)
            return _finished ? WriteOutcome.Closed : _outbox.WriteSlot(Id, piece);
    }

    private WriteOutcome WriteLast<T>(in T message) where T : struct, IWireMessage<T>
    {
        lock (_lock)
        {
            if (_finished)
                return WriteOutcome.Closed;
            var outcome = _outbox.Write(Id, message);
            _finished = outcome != WriteOutcome.QueueFull;
            return outcome;
        }
    }
}
