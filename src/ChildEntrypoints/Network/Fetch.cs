using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// One fetch: the calls of the channel's thread and of the clock; Fetch.Transfer.cs has the transfer. Each fetch writes
/// exactly one FetchEnd or FetchError, and nothing after it.
/// </summary>
internal sealed partial class Fetch
{
    // A box, emptied at the end: a connection keeps the execution context it was opened in, but must not keep the fetch.
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

    /// <summary>Creates a fetch for a request.</summary>
    /// <param name="engine">The engine that owns the fetch.</param>
    /// <param name="outbox">Takes the fetch's frames.</param>
    /// <param name="id">The fetch's correlation id.</param>
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

    /// <summary>The fetch for which the current code runs, taken from the execution context.</summary>
    internal static Fetch? Current => CurrentFetch.Value?.Value;

    /// <summary>The correlation id.</summary>
    internal ulong Id { get; }

    /// <summary>The next deadline, in <see cref="Environment.TickCount64"/>.</summary>
    internal long Deadline => Math.Min(_totalDeadline, Volatile.Read(ref _firstByteDeadline));

    /// <summary>Milliseconds; 0 for none.</summary>
    internal int ConnectTimeout => _request.ConnectTimeout;

    /// <summary>See <see cref="FetchEngine.ClosingTime"/>.</summary>
    internal TimeSpan ClosingTime => _engine.ClosingTime;

    /// <summary>The parent accepts more of the body.</summary>
    internal void OnCredit(long bytes) => _credit.Add(bytes);

    /// <summary>A piece of the request's body.</summary>
    internal ProtocolViolation? OnUpload(in FetchBodyChunk chunk) => _upload is null
        ? new ProtocolViolation(ViolationKind.OutOfState, $"A FetchBodyChunk came for fetch {Id}, whose body is complete.")
        : _upload.Add(chunk);

    /// <summary>The parent says that the request's body is complete.</summary>
    internal void OnUploadEnd()
    {
        if (_upload?.Complete() is > 0 and var missing)
            Stop(new FetchFailure(FetchErrorKind.InvalidRequest, $"The request's body ended {missing} bytes short of the {_request.BodyLength} declared."));
    }

    /// <summary>The request's body begins again.</summary>
    internal ProtocolViolation? OnRewound(int pass) => _upload is null
        ? new ProtocolViolation(ViolationKind.OutOfState, $"A FetchRewind came for fetch {Id}, whose body is complete.")
        : _upload.OnRewound(pass);

    /// <summary>The requester cancels the fetch.</summary>
    internal void Cancel() => Stop(new FetchFailure(FetchErrorKind.Cancelled, "The requester cancelled the fetch."));

    /// <summary>The child is shutting down: writes the fetch's error at once.</summary>
    internal void Abandon()
    {
        var failure = new FetchFailure(FetchErrorKind.Cancelled, "The network child is shutting down.");
        Stop(failure);
        WriteLast(new FetchError(failure.Kind, failure.Message));
    }

    /// <summary>The request is on its way over an HTTP/1.1 connection.</summary>
    internal void OnSentOver(TransportConnection connection) => Volatile.Write(ref _connection, connection);

    /// <summary>The request, body included, has been handed to a connection: the first-byte timeout begins.</summary>
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
            // Callbacks of the HTTP stack failed while closing; the token is cancelled all the same and ends the transfer.
        }
        _credit.Close();
        _upload?.Close();
        Volatile.Read(ref _body)?.Release();
    }

    /// <summary>Ends the fetch if one of its deadlines has passed.</summary>
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
