using System.Net;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <content>Sends one hop's request: its attempts, and its body, which a server may refuse or need again.</content>
internal sealed partial class Fetch
{
    /// <summary>The most dead connections that a pool plausibly holds at once.</summary>
    private const int MostAttempts = 32;

    /// <summary>How long a server that has answered with success may leave a piece of the request's body unread.</summary>
    private static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(2);

    private RequestBody? _body;
    private FetchMessage? _sending;

    /// <summary>The request of the attempt that is under way.</summary>
    internal FetchMessage? Sending => Volatile.Read(ref _sending);

    /// <summary>The body of the attempt that is under way; null for none.</summary>
    internal RequestBody? Body => Volatile.Read(ref _body);

    private int _replays;

    /// <summary>Lets the parent send so many more bytes of the request's body.</summary>
    internal async ValueTask GrantUploadAsync(UploadBuffer upload, int pass, int bytes)
    {
        while (TryGrant(upload, pass, bytes) == WriteOutcome.QueueFull)
            await _outbox.WhenFlushed().WaitAsync(_stop.Token).ConfigureAwait(false);
        _outbox.RequestFlush();
    }

    /// <summary>The content of the next attempt's request.</summary>
    internal HttpContent MakeContent() => new RequestBody(this, _request.Body, _upload, _request.BodyLength == FetchRequest.NoBody ? 0 : _request.BodyLength);

    // Under the lock: no credit for an earlier pass may be written after FetchRewind.
    private WriteOutcome TryGrant(UploadBuffer upload, int pass, int bytes)
    {
        lock (_lock)
        {
            if (!upload.TryGrant(pass, bytes))
                return WriteOutcome.Closed;
            var outcome = Write(new Credit(bytes));
            if (outcome != WriteOutcome.Queued)
                upload.Revoke(bytes);
            return outcome;
        }
    }

    // Waits while the queue is full.
    private async ValueTask<WriteOutcome> WriteWaitingAsync<T>(T message) where T : struct, IWireMessage<T>
    {
        WriteOutcome outcome;
        while ((outcome = Write(message)) == WriteOutcome.QueueFull)
            await _outbox.WhenFlushed().WaitAsync(_stop.Token).ConfigureAwait(false);
        return outcome;
    }

    private async ValueTask WriteControlAsync<T>(T message) where T : struct, IWireMessage<T>
    {
        await WriteWaitingAsync(message).ConfigureAwait(false);
        _outbox.RequestFlush();
    }

    private async Task RewindAsync(UploadBuffer upload)
    {
        int pass;
        lock (_lock)
            pass = upload.Rewind();
        await WriteControlAsync(new FetchRewind(pass)).ConfigureAwait(false);
        await WriteControlAsync(new Credit(UploadBuffer.Window)).ConfigureAwait(false);
    }

    private async ValueTask DropUploadAsync()
    {
        if (_upload is { } upload && upload.Close())
            await WriteControlAsync(default(FetchBodyUnwanted)).ConfigureAwait(false);
    }

    // As Go and curl do: after an answer other than success the rest of the body is not sent.
    private void StopBodyIfUnwanted(HttpResponseMessage response)
    {
        if (_body is { IsUnderWay: true } body && (int)response.StatusCode >= 300)
            body.Stop();
    }

    private async ValueTask DropUploadIfStoppedAsync()
    {
        if (_body is { IsBegun: false } or { IsStopped: true })
            await DropUploadAsync().ConfigureAwait(false);
    }

    private async ValueTask FinishBodyAsync()
    {
        if (_body is { IsUnderWay: true, IsStopped: false } body)
            await body.FinishAsync(BodyPatience, _stop.Token).ConfigureAwait(false);
        _body?.Release();
    }

    // The next hop sends the body again, or has none.
    private async ValueTask PrepareBodyAsync(RequestPlan plan)
    {
        _body?.Release();
        if (!plan.HasBody)
            await DropUploadAsync().ConfigureAwait(false);
        else if (_upload is { IsBegun: true } upload)
            await RewindAsync(upload).ConfigureAwait(false);
    }

    // A server may close a kept connection at the moment that a request is sent over it: that request is sent again.
    private async Task<HttpResponseMessage> SendAsync(HttpTransport transport, RequestPlan plan, WebUrl url)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SendAsync(transport, plan.Build(this, url)).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt < MostAttempts && Volatile.Read(ref _stopReason) is null && MaySendAgain(plan) && (_body is { IsNeededAgain: true } || WasLostBeforeAnswer(e, plan.Method.Method)))
            {
                // Each attempt removes one dead connection from the pool.
            }
            if (_upload is { IsBegun: true } upload)
            {
                _replays++;
                await RewindAsync(upload).ConfigureAwait(false);
            }
        }
    }

    private bool MaySendAgain(RequestPlan plan) =>
        !plan.HasBody || _upload is not { IsBegun: true } || (_request.CanRewind && _replays < FetchRewind.MaxReplays);

    private bool WasLostBeforeAnswer(Exception exception, string method)
    {
        // No byte of the request was written to a connection that was over.
        if (FailureTranslation.Find<ConnectionOverException>(exception) is not null)
            return true;
        // Another request's answer ended the connection while this one took it from the pool.
        if (exception is ObjectDisposedException)
            return HttpRules.IsIdempotent(method);
        if (_connection is not { IsHttp2: false, HasAnswered: true } connection || exception is not (HttpRequestException or IOException))
            return false;
        // Its answer had begun when the connection was given up.
        if (connection.IsOver)
            return false;
        return HttpRules.IsIdempotent(method)
            && (exception is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown } || exception is IOException);
    }

    // HTTP/1.0 closes a connection after each answer unless the answer says otherwise; .NET would keep it.
    private void CloseIfOver(HttpResponseMessage response)
    {
        if (EndsConnection(response))
            _connection?.Dispose();
    }

    private static bool EndsConnection(HttpResponseMessage response) =>
        response.Version == HttpVersion.Version10 && !response.Headers.Connection.Contains("keep-alive", StringComparer.OrdinalIgnoreCase);

    private async Task<HttpResponseMessage> SendAsync(HttpTransport transport, FetchMessage message)
    {
        Volatile.Write(ref _connection, null);
        Volatile.Write(ref _body, message.Content as RequestBody);
        Volatile.Write(ref _sending, message);
        try
        {
            var response = await transport.SendAsync(message, _stop.Token).ConfigureAwait(false);
            OnAnswered();
            if (Volatile.Read(ref _connection) is { } connection)
                connection.OnAnswered(isLast: EndsConnection(response));
            var problem = (int)response.StatusCode is >= 200 and <= 999 ? ResponseHeaders.FramingError(response) : $"its status is {(int)response.StatusCode}, which is not a final status (200 to 999)";
            if (problem is null)
                return response;
            using (response)
                throw new FetchFailedException(FetchErrorKind.Protocol, $"The answer to {FetchUrl.Show(_where)} breaks HTTP: {problem}.");
        }
        catch (Exception e)
        {
            var reason = message.Opening?.Failure;
            message.Opening?.Abandon();
            if (reason is not null && Volatile.Read(ref _connection) is null)
                throw new FetchFailedException(reason, e);
            throw;
        }
    }
}
