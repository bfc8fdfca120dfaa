using System.Buffers;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// One fetch, from its request to exactly one <see cref="FetchEnd"/> or <see cref="FetchError"/>. Nothing it does, and
/// nothing a server does, leaves it as an exception.
/// </summary>
internal sealed class FetchJob : IDisposable
{
    private const int MaxUpload = 256 << 20;

    private readonly ulong _id;
    private readonly FetchRequest _request;
    private readonly NetworkArgs _args;
    private readonly Connector _connector;
    private readonly ChildContext _context;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CreditGate _credit;
    private readonly Upload _upload;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly List<RedirectHop> _redirects = [];
    private Uri? _url;
    private volatile bool _cancelled;
    private bool _headersArrived;

    internal FetchJob(ulong id, FetchRequest request, NetworkArgs args, Connector connector, ChildContext context)
    {
        _id = id;
        _request = request;
        _args = args;
        _connector = connector;
        _context = context;
        _credit = new CreditGate(request.InitialCredit);
        _upload = new Upload(Math.Min(request.BodyLength, MaxUpload));
        _upload.Append(request.Body.Span);
    }

    internal void AddCredit(long bytes) => _credit.Add(bytes);

    internal ProtocolViolation? AddUpload(in FetchBodyChunk chunk) => _upload.Append(chunk);

    internal void EndUpload() => _upload.End();

    internal void Cancel()
    {
        _cancelled = true;
        _cancellation.Cancel();
    }

    internal async Task RunAsync()
    {
        try
        {
            var end = await FetchAsync().ConfigureAwait(false);
            _context.Write(_id, end);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            _context.Write(_id, _cancelled ? new FetchError(FetchErrorKind.Cancelled, "The fetch was cancelled.") : TimedOut());
        }
        catch (Exception e)
        {
            // Whatever the HTTP stack threw, a hostile server may have caused: it becomes this fetch's answer.
            _context.Write(_id, _cancelled ? new FetchError(FetchErrorKind.Cancelled, "The fetch was cancelled.") : FetchFailure.From(e, _url));
        }
        _context.RequestFlush();
    }

    public void Dispose() => _cancellation.Dispose();

    private async Task<FetchEnd> FetchAsync()
    {
        _url = RequestBuilder.ParseUrl(_request.Url);
        RequestBuilder.CheckRequest(_request);
        if (_request.BodyLength > MaxUpload)
            throw new FetchFailure(FetchErrorKind.TooLarge, $"The request body has {_request.BodyLength} bytes; at most {MaxUpload} can be sent.");
        ArmFirstByte();
        ReadOnlyMemory<byte>? body = null;
        if (_request.BodyLength >= 0)
        {
            if (_upload.Missing > 0)
            {
                _context.Write(_id, new Credit(_upload.Missing));
                _context.RequestFlush();
            }
            body = await _upload.CompleteAsync(_cancellation.Token).ConfigureAwait(false);
        }
        using var response = await SendAsync(body).ConfigureAwait(false);
        _headersArrived = true;
        ArmTotal();
        return await DeliverAsync(response).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(ReadOnlyMemory<byte>? body)
    {
        var invoker = _connector.For(_request.PublicAddressesOnly);
        var (url, method, crossed) = (_url!, _request.Method, false);
        while (true)
        {
            using var message = RequestBuilder.Build(_request, url, method, body, crossed, _args.UserAgent);
            var response = await invoker.SendAsync(message, _cancellation.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (status is not (301 or 302 or 303 or 307 or 308) || _request.MaxRedirects == 0 || response.Headers.NonValidated["Location"].ToString() is not { Length: > 0 } location)
            {
                _url = url;
                WriteHeaders(response, message);
                return response;
            }
            using (response)
            {
                var next = Redirects.Follow(url, location, _redirects.Count, _request.MaxRedirects);
                _redirects.Add(new RedirectHop(status, url.AbsoluteUri));
                crossed |= !Redirects.SameOrigin(url, next);
                if (Redirects.BecomesGet(status, method))
                    (method, body) = (method == "HEAD" ? "HEAD" : "GET", null);
                _url = url = next;
            }
        }
    }

    private void WriteHeaders(HttpResponseMessage response, HttpRequestMessage message)
    {
        var fields = new List<HeaderField>(16);
        AddFields(fields, response.Headers.NonValidated);
        AddFields(fields, response.Content.Headers.NonValidated);
        var remote = _connector.RemoteOf(_url!, _request.PublicAddressesOnly);
        var record = message.Options.TryGetValue(Connector.RecordKey, out var known) ? known : null;
        var headers = new FetchHeaders(
            (int)response.StatusCode,
            response.Version.Major >= 2 ? "2" : response.Version.ToString(2),
            _url!.AbsoluteUri,
            fields,
            _redirects,
            remote?.ToString() ?? "",
            remote is null ? AddressSpace.Public : AddressPolicy.SpaceOf(remote.Address),
            response.Content.Headers.ContentLength ?? -1,
            new FetchTimings(record?.NameLookup ?? 0, record?.Connect ?? 0, record?.Tls ?? 0, Elapsed()));
        if (_context.Write(_id, headers) == WriteOutcome.TooLarge)
            throw new FetchFailure(FetchErrorKind.TooLarge, $"The header section of {_url.Authority}'s answer exceeds a frame.");
    }

    private static void AddFields(List<HeaderField> fields, System.Net.Http.Headers.HttpHeadersNonValidated headers)
    {
        foreach (var header in headers)
        {
            foreach (var value in header.Value)
                fields.Add(new HeaderField(header.Key, value));
        }
        if (fields.Count > 1000)
            throw new FetchFailure(FetchErrorKind.TooLarge, "The answer has more than 1000 header fields.");
    }

    private async Task<FetchEnd> DeliverAsync(HttpResponseMessage response)
    {
        var raw = await response.Content.ReadAsStreamAsync(_cancellation.Token).ConfigureAwait(false);
        await using var body = new DecodedBody(raw, _request.Decompress ? response.Content.Headers.ContentEncoding : []);
        var buffer = ArrayPool<byte>.Shared.Rent(_args.ChunkBytes);
        try
        {
            long offset = 0;
            while (true)
            {
                var room = _credit.Available;
                if (room == 0)
                {
                    _context.RequestFlush();
                    room = await _credit.WaitAsync(_cancellation.Token).ConfigureAwait(false);
                }
                var reading = body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(_args.ChunkBytes, room)), _cancellation.Token);
                // A small answer that is here already goes out as one write; one that is not must not hold back what is.
                if (!reading.IsCompleted)
                    _context.RequestFlush();
                var read = await reading.ConfigureAwait(false);
                if (read == 0)
                    return new FetchEnd(offset, body.WireBytes, Elapsed());
                if (offset + read > _request.MaxResponseBytes)
                    throw new FetchFailure(FetchErrorKind.TooLarge, $"The body exceeds the limit of {_request.MaxResponseBytes} bytes.");
                _credit.Take(read);
                switch (_context.Write(_id, new FetchBodyChunk(offset, buffer.AsMemory(0, read))))
                {
                    case WriteOutcome.Queued:
                        break;
                    case WriteOutcome.Closed:
                        throw new OperationCanceledException();
                    case var refused:
                        throw new FetchFailure(FetchErrorKind.TooLarge, $"The body could not be passed on: {refused}.");
                }
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ArmFirstByte()
    {
        if (Earlier(_request.FirstByteTimeout, _request.TotalTimeout) is var limit and > 0)
            _cancellation.CancelAfter(limit);
    }

    private void ArmTotal()
    {
        if (_request.TotalTimeout > 0)
            _cancellation.CancelAfter((int)Math.Max(1, _request.TotalTimeout - (Elapsed() / 1000)));
        else if (_request.FirstByteTimeout > 0)
            _cancellation.CancelAfter(Timeout.Infinite);
    }

    private FetchError TimedOut()
    {
        var firstByte = !_headersArrived && Earlier(_request.FirstByteTimeout, _request.TotalTimeout) == _request.FirstByteTimeout;
        return new FetchError(FetchErrorKind.Timeout, firstByte
            ? $"{_url?.Authority} did not begin to answer within {_request.FirstByteTimeout} ms."
            : $"The fetch did not end within {_request.TotalTimeout} ms.");
    }

    private static int Earlier(int first, int second) => first == 0 ? second : second == 0 ? first : Math.Min(first, second);

    private long Elapsed() => (long)TimeProvider.System.GetElapsedTime(_started).TotalMicroseconds;
}
