using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Runs the transfer: hops, headers, body, and the one last frame.</summary>
internal sealed partial class Fetch
{
    /// <summary>The most trailing bytes read after the end of a coded body, so that the connection can be used again.</summary>
    private const int MaxTrailing = 64 << 10;

    private static readonly TimeSpan RestPatience = TimeSpan.FromMilliseconds(100);

    private TimeSpan _nameLookup;
    private TimeSpan _connect;
    private TimeSpan _tls;
    private long _delivered;
    private string _where = "";
    private bool _answered;

    /// <summary>Runs the fetch to its end; it never fails. Returns at its first wait.</summary>
    internal async Task RunAsync()
    {
        // Until this method ends, connections find the fetch that writes to them through the execution context.
        var current = new StrongBox<Fetch?>(this);
        CurrentFetch.Value = current;
        FetchFailure? failure = null;
        var end = default(FetchEnd);
        try
        {
            var wireBytes = await TransferAsync().ConfigureAwait(false);
            end = new FetchEnd(_delivered, wireBytes, Stopwatch.GetElapsedTime(_started));
        }
        catch (Exception e)
        {
            failure = Volatile.Read(ref _stopReason) ?? FailureTranslation.From(e, _where, _answered);
        }
        current.Value = null;
        _body?.Release();
        _upload?.Close();
        _engine.Remove(this);
        while ((failure is null ? WriteLast(end) : WriteLast(new FetchError(failure.Kind, failure.Message))) == WriteOutcome.QueueFull)
            await _outbox.WhenFlushed().ConfigureAwait(false);
        _outbox.RequestFlush();
    }

    private async Task<long> TransferAsync()
    {
        var url = FetchUrl.Parse(_request.Url);
        _where = url.WithoutCredentials;
        var plan = RequestPlan.Check(_request, _engine.UserAgent);
        if (_upload is not null)
            await WriteControlAsync(new Credit(UploadBuffer.Window)).ConfigureAwait(false);
        var transport = _engine.TransportFor(_request.PublicAddressesOnly, _request.Proxy ?? "");
        List<RedirectHop>? redirects = null;
        while (true)
        {
            using var response = await SendAsync(transport, plan, url).ConfigureAwait(false);
            ClaimTimes(transport, response, url);
            StopBodyIfUnwanted(response);
            if (RedirectTarget(response, redirects?.Count ?? 0, url) is not { } next)
            {
                await DropUploadIfStoppedAsync().ConfigureAwait(false);
                var received = await DeliverAsync(response, redirects ?? []).ConfigureAwait(false);
                await FinishBodyAsync().ConfigureAwait(false);
                CloseIfOver(response);
                return received;
            }
            plan.Redirect((int)response.StatusCode, url, next, _upload is { IsBegun: true });
            (redirects ??= []).Add(new RedirectHop((int)response.StatusCode, _where));
            await TryFinishAsync(response).ConfigureAwait(false);
            CloseIfOver(response);
            await PrepareBodyAsync(plan).ConfigureAwait(false);
            url = next;
            _where = url.WithoutCredentials;
        }
    }

    private void ClaimTimes(HttpTransport transport, HttpResponseMessage response, WebUrl url)
    {
        if (response.Version.Major == 2)
            Volatile.Write(ref _connection, transport.Http2.Find(url.Origin));
        if (_connection is not { } connection || !connection.ClaimTimes())
            return;
        _nameLookup += connection.NameLookup;
        _connect += connection.Connect;
        _tls += connection.Tls;
    }

    private WebUrl? RedirectTarget(HttpResponseMessage response, int followed, WebUrl url)
    {
        if (_request.MaxRedirects == 0 || !HttpRules.IsRedirect((int)response.StatusCode)
            || !response.Headers.NonValidated.TryGetValues("Location", out var locations))
            return null;
        // An empty Location is ignored: the answer itself is the page.
        if (locations.FirstOrDefault(static location => location.Length > 0) is not { } location)
            return null;
        if (followed == _request.MaxRedirects)
            throw new FetchFailedException(FetchErrorKind.Redirect, $"More than {followed} redirects; the last was from {FetchUrl.Show(_where)}.");
        return FetchUrl.Resolve(url, location);
    }

    // Reads a short rest of the body so that the connection can carry the next hop; does not wait for a long or slow one.
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
        catch (Exception e) when (e is OperationCanceledException or IOException && !_stop.IsCancellationRequested)
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
        // Checked before writing: the parent would end a child that sends more fields, and all its fetches with it.
        if (headers.Count > HeaderField.MaxFields)
            throw new FetchFailedException(FetchErrorKind.TooLarge, $"The answer of {FetchUrl.Show(_where)} has {headers.Count} header fields; at most {HeaderField.MaxFields} are allowed.");
        var answer = new FetchHeaders(
            (int)response.StatusCode, ResponseHeaders.VersionOf(response), _where, headers, redirects,
            _connection?.RemoteText ?? "", _connection?.Space ?? AddressSpace.Public, contentLength,
            new FetchTimings(_nameLookup, _connect, _tls, Stopwatch.GetElapsedTime(_started)));
        if (await WriteWaitingAsync(answer).ConfigureAwait(false) == WriteOutcome.TooLarge)
            throw new FetchFailedException(FetchErrorKind.TooLarge, $"The headers of {FetchUrl.Show(_where)} exceed the limit.");
        _answered = true;

        var body = await response.Content.ReadAsStreamAsync(_stop.Token).ConfigureAwait(false);
        if (codings.Count == 0 || bodiless)
        {
            var chunk = _engine.ChunkBytes;
            await PumpAsync(body, contentLength >= 0 && contentLength < chunk ? Math.Max(1, (int)contentLength) : chunk).ConfigureAwait(false);
            if (!bodiless)
                CheckLength(response, _delivered, contentLength);
            return _delivered;
        }
        var wire = new WireStream(body);
        _outbox.RequestFlush();
        var decoded = await BodyDecoding.DecodeAsync(wire, codings, _stop.Token).ConfigureAwait(false);
        await PumpAsync(decoded, _engine.ChunkBytes).ConfigureAwait(false);
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
}
