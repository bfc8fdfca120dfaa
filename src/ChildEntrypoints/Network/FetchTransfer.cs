using System.Buffers;
using System.Diagnostics;
using System.Net;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>One fetch from its request to its last frame: follows redirects, and delivers the response's headers and body.</summary>
internal sealed class FetchTransfer
{
    /// <summary>The most bytes read after the end of a coded body or of a redirect's body, so that the connection can be reused.</summary>
    private const int MaxTrailing = 64 << 10;

    private static readonly TimeSpan RestPatience = TimeSpan.FromMilliseconds(100);

    private readonly FetchEngine _engine;
    private readonly FetchRequest _request;
    private readonly FetchWriter _writer;
    private readonly TransferStop _stop = new();
    private readonly TransferDeadlines _deadlines;
    private readonly RequestUpload _upload;
    private readonly RequestSender _sender;
    private readonly BodyPump _pump;
    private readonly ChildTrace? _trace;
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _nameLookup;
    private TimeSpan _connect;
    private TimeSpan _tls;
    private string _where = "";
    private bool _answered;

    /// <summary>Creates a fetch for a request.</summary>
    /// <param name="engine">The engine that owns the fetch.</param>
    /// <param name="outbox">Queues the fetch's frames.</param>
    /// <param name="id">The fetch's correlation id.</param>
    /// <param name="request">The request; its body is the fetch's own copy.</param>
    internal FetchTransfer(FetchEngine engine, FetchOutbox outbox, ulong id, in FetchRequest request)
    {
        _engine = engine;
        Id = id;
        _request = request;
        _trace = outbox.TraceOf(id);
        _writer = new FetchWriter(outbox, id);
        _deadlines = new TransferDeadlines(engine.Clock, request);
        _upload = new RequestUpload(_writer, id, request, _stop.Token);
        _sender = new RequestSender(_upload, _deadlines, _stop, request.ConnectTimeout, engine.ClosingTime);
        _pump = new BodyPump(engine, _writer, request, _stop.Token);
    }

    /// <summary>The correlation id.</summary>
    internal ulong Id { get; }

    /// <summary>The next deadline, in <see cref="Environment.TickCount64"/>.</summary>
    internal long Deadline => _deadlines.Next;

    /// <summary>Adds credit from the parent for the response body.</summary>
    internal void OnCredit(long bytes) => _pump.OnCredit(bytes);

    /// <summary>Takes a piece of the request's body. Null, or the rule that the piece breaks.</summary>
    internal ProtocolViolation? OnUpload(in FetchBodyChunk chunk) => _upload.OnChunk(chunk);

    /// <summary>Completes the request's body, because the parent has sent its end.</summary>
    internal void OnUploadEnd()
    {
        if (_upload.OnEnd() is { } failure)
            Stop(failure);
    }

    /// <summary>Begins a new pass of the request's body. Null, or the rule that the frame breaks.</summary>
    internal ProtocolViolation? OnRewound(int pass) => _upload.OnRewound(pass);

    /// <summary>Cancels the fetch for its requester.</summary>
    internal void Cancel() => Stop(new FetchFailure(FetchErrorKind.Cancelled, "The requester cancelled the fetch."));

    /// <summary>Ends the fetch and writes its error at once, because the child is shutting down.</summary>
    internal void Abandon()
    {
        var failure = new FetchFailure(FetchErrorKind.Cancelled, "The network child is shutting down.");
        Stop(failure);
        _writer.WriteLast(new FetchError(failure.Kind, failure.Message));
    }

    /// <summary>Ends the fetch if one of its deadlines has passed.</summary>
    /// <returns>The fetch's next deadline.</returns>
    internal long OnClock(long now)
    {
        if (_deadlines.Overdue(now) is not { } failure)
            return Deadline;
        Stop(failure);
        return long.MaxValue;
    }

    /// <summary>Runs the fetch to its end. The task never fails; the call returns at the fetch's first wait.</summary>
    internal async Task RunAsync()
    {
        // Until this method ends, connections find the sender of the request they write through the execution context.
        var current = _sender.Enter();
        FetchFailure? failure = null;
        var end = default(FetchEnd);
        try
        {
            var wireBytes = await TransferAsync().ConfigureAwait(false);
            end = new FetchEnd(_pump.Delivered, wireBytes, Stopwatch.GetElapsedTime(_started));
        }
        catch (Exception e)
        {
            failure = _stop.Reason ?? FailureTranslation.From(e, _where, _answered);
            _trace?.Fail(failure.Message);
        }
        current.Value = null;
        _sender.ReleaseBody();
        _upload.Close();
        _engine.Remove(this);
        while ((failure is null ? _writer.WriteLast(end) : _writer.WriteLast(new FetchError(failure.Kind, failure.Message))) == WriteOutcome.QueueFull)
            await _writer.Outbox.WhenFlushed().ConfigureAwait(false);
        _writer.Outbox.RequestFlush();
    }

    private async Task<long> TransferAsync()
    {
        var url = FetchUrl.Parse(_request.Url);
        _where = url.WithoutCredentials;
        var plan = RequestPlan.Check(_request, _engine.UserAgent);
        await _upload.BeginAsync().ConfigureAwait(false);
        var transport = _engine.TransportFor(_request.PublicAddressesOnly, _request.Proxy ?? "");
        List<RedirectHop>? redirects = null;
        while (true)
        {
            HopTrace? hop = _trace is null ? null : new HopTrace(_trace);
            using var response = await _sender.SendAsync(transport, plan, url).ConfigureAwait(false);
            var opened = ClaimTimes();
            hop?.End(_where, (int)response.StatusCode, _sender.Connection, opened);
            _sender.StopBodyIfUnwanted(response);
            if (RedirectTarget(response, redirects?.Count ?? 0, url) is not { } next)
            {
                await _sender.DropUploadIfStoppedAsync().ConfigureAwait(false);
                _trace?.Begin("body");
                var received = await DeliverAsync(response, redirects ?? []).ConfigureAwait(false);
                await _sender.FinishBodyAsync().ConfigureAwait(false);
                _sender.CloseIfOver(response);
                return received;
            }
            plan.Redirect((int)response.StatusCode, url, next, _upload.IsBegun);
            (redirects ??= []).Add(new RedirectHop((int)response.StatusCode, _where));
            await TryFinishAsync(response).ConfigureAwait(false);
            _sender.CloseIfOver(response);
            await _sender.PrepareBodyAsync(plan).ConfigureAwait(false);
            url = next;
            _where = url.WithoutCredentials;
        }
    }

    private bool ClaimTimes()
    {
        if (_sender.Connection is not { } connection || !connection.ClaimTimes())
            return false;
        _nameLookup += connection.NameLookup;
        _connect += connection.Connect;
        _tls += connection.Tls;
        return true;
    }

    private WebUrl? RedirectTarget(HttpResponseMessage response, int followed, WebUrl url)
    {
        if (_request.MaxRedirects == 0 || !HttpRules.IsRedirect((int)response.StatusCode)
            || !response.Headers.NonValidated.TryGetValues("Location", out var locations))
            return null;
        // An empty Location is ignored: this response is the final one.
        if (locations.FirstOrDefault(static location => location.Length > 0) is not { } location)
            return null;
        if (followed == _request.MaxRedirects)
            throw new FetchFailedException(FetchErrorKind.Redirect, $"More than {followed} redirects; the last was from {FetchUrl.Show(_where)}.");
        return FetchUrl.Resolve(url, location);
    }

    // Reads the rest of the body if it is short, so that the connection can carry the next hop; does not wait for a long or slow body.
    private async ValueTask TryFinishAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentLength > MaxTrailing)
            return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(RestPatience);
        try
        {
            await SkipAsync(await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false), patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && !_stop.Token.IsCancellationRequested)
        {
            // The rest of a redirect's body is not needed; only the connection is lost.
        }
    }

    private static async ValueTask SkipAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        var skipped = 0;
        int length;
        do
        {
            length = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            skipped += length;
        }
        while (length > 0 && skipped <= MaxTrailing);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async Task<long> DeliverAsync(HttpResponseMessage response, IReadOnlyList<RedirectHop> redirects)
    {
        var headers = ResponseHeaders.From(response, out var contentLength);
        var codings = _request.Decompress ? BodyDecoding.CodingsOf(response) : [];
        var bodiless = response.RequestMessage!.Method == HttpMethod.Head || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified;
        if (!bodiless && codings.Count == 0 && contentLength > _request.MaxResponseBytes)
            throw new FetchFailedException(FetchErrorKind.TooLarge,
                $"The body of {FetchUrl.Show(_where)} has {contentLength} bytes; at most {_request.MaxResponseBytes} are allowed.");
        // Checked before writing: the parent would kill a child that sends more fields, and fail all its fetches.
        if (headers.Count > HeaderField.MaxFields)
            throw new FetchFailedException(FetchErrorKind.TooLarge, $"The answer of {FetchUrl.Show(_where)} has {headers.Count} header fields; at most {HeaderField.MaxFields} are allowed.");
        var connection = _sender.Connection;
        var answer = new FetchHeaders(
            (int)response.StatusCode, ResponseHeaders.VersionOf(response), _where, headers, redirects,
            connection?.RemoteText ?? "", connection?.Space ?? AddressSpace.Public, contentLength,
            new FetchTimings(_nameLookup, _connect, _tls, Stopwatch.GetElapsedTime(_started)));
        if (await _writer.WriteWaitingAsync(answer, _stop.Token).ConfigureAwait(false) == WriteOutcome.TooLarge)
            throw new FetchFailedException(FetchErrorKind.TooLarge, $"The headers of {FetchUrl.Show(_where)} exceed the frame limit.");
        _answered = true;

        var body = await response.Content.ReadAsStreamAsync(_stop.Token).ConfigureAwait(false);
        if (codings.Count == 0 || bodiless)
        {
            var chunk = _engine.ChunkBytes;
            await _pump.PumpAsync(body, contentLength >= 0 && contentLength < chunk ? Math.Max(1, (int)contentLength) : chunk, _where).ConfigureAwait(false);
            if (!bodiless)
                CheckLength(response, _pump.Delivered, contentLength);
            return _pump.Delivered;
        }
        var wire = new WireStream(body);
        _writer.Outbox.RequestFlush();
        var decoded = await BodyDecoding.DecodeAsync(wire, codings, _stop.Token).ConfigureAwait(false);
        await _pump.PumpAsync(decoded, _engine.ChunkBytes, _where).ConfigureAwait(false);
        // Returns the decoder's buffers; the wire stream stays open.
        await decoded.DisposeAsync().ConfigureAwait(false);
        await SkipAsync(wire, _stop.Token).ConfigureAwait(false);
        CheckLength(response, wire.Received, contentLength);
        return wire.Received;
    }

    // .NET checks the length over HTTP/1.1 only; HTTP/2 requires it too (RFC 9113, 8.1.1).
    private void CheckLength(HttpResponseMessage response, long received, long declared)
    {
        if (declared >= 0 && received != declared && response.Version.Major >= 2)
            throw new FetchFailedException(FetchErrorKind.Protocol, $"The body of {FetchUrl.Show(_where)} ended after {received} bytes; its Content-Length is {declared}.");
    }

    /// <summary>Ends the fetch for the first reason given. Cancellation runs on the thread pool, because it closes sockets and runs continuations.</summary>
    private void Stop(FetchFailure reason)
    {
        if (_stop.TrySet(reason))
            ThreadPool.UnsafeQueueUserWorkItem(static transfer => transfer.CancelTransfer(), this, preferLocal: false);
    }

    private void CancelTransfer()
    {
        _stop.Cancel();
        _pump.Close();
        _upload.Close();
        _sender.ReleaseBody();
    }
}
