using System.Net;
using System.Runtime.CompilerServices;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// Sends one fetch's requests, one per hop. Repeats an attempt that failed on a dead connection, and stops a body that the server does
/// not want. A connection finds the sender of the request it writes through the execution context.
/// </summary>
/// <param name="upload">The request's body.</param>
/// <param name="deadlines">The fetch's deadlines, told when the request is sent and answered.</param>
/// <param name="stop">Ends the attempts.</param>
/// <param name="connectTimeout">The connect timeout in milliseconds; 0 for none.</param>
/// <param name="closingTime">The value of <see cref="FetchEngine.ClosingTime"/>.</param>
internal sealed class RequestSender(RequestUpload upload, TransferDeadlines deadlines, TransferStop stop, int connectTimeout, TimeSpan closingTime)
{
    /// <summary>The most attempts for one hop; a pool hardly holds more dead connections at once.</summary>
    private const int MostAttempts = 32;

    /// <summary>How long a server that answered with success may take to read one piece of the request's body.</summary>
    private static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(2);

    // A box, emptied at the end: a connection keeps the execution context it was opened in, but must not keep the fetch.
    private static readonly AsyncLocal<StrongBox<RequestSender?>?> CurrentSender = new();

    private TransportConnection? _connection;
    private RequestBody? _body;
    private FetchMessage? _sending;

    /// <summary>The sender of the current execution context.</summary>
    internal static RequestSender? Current => CurrentSender.Value?.Value;

    /// <summary>The connect timeout in milliseconds; 0 for none.</summary>
    internal int ConnectTimeout => connectTimeout;

    /// <summary>The value of <see cref="FetchEngine.ClosingTime"/>.</summary>
    internal TimeSpan ClosingTime => closingTime;

    /// <summary>The connection that carries the request; null if unknown.</summary>
    internal TransportConnection? Connection => Volatile.Read(ref _connection);

    /// <summary>The request of the current attempt.</summary>
    internal FetchMessage? Sending => Volatile.Read(ref _sending);

    /// <summary>The body of the current attempt; null for none.</summary>
    internal RequestBody? Body => Volatile.Read(ref _body);

    /// <summary>Makes this the current sender of the caller and of the tasks it awaits.</summary>
    /// <returns>A box that the caller empties at the end.</returns>
    internal StrongBox<RequestSender?> Enter() => CurrentSender.Value = new StrongBox<RequestSender?>(this);

    /// <summary>Records the HTTP/1.1 connection that carries the request.</summary>
    internal void OnSentOver(TransportConnection connection) => Volatile.Write(ref _connection, connection);

    /// <summary>Starts the first-byte timeout, because the request and its body were handed to a connection.</summary>
    internal void OnRequestSent() => deadlines.OnRequestSent();

    /// <summary>Creates the content of the next attempt's request.</summary>
    internal HttpContent MakeContent() => upload.MakeContent(deadlines);

    /// <summary>Sends one hop's request until a server answers it.</summary>
    /// <exception cref="FetchFailedException">No connection could be made, or the response breaks HTTP.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpTransport transport, RequestPlan plan, WebUrl url)
    {
        // A server may close a kept connection just when a request is sent over it; that request is sent again.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await SendOnceAsync(transport, plan.Build(this, url), url).ConfigureAwait(false);
                if (response.Version.Major == 2)
                    Volatile.Write(ref _connection, transport.Http2.Find(url.Origin));
                return response;
            }
            catch (Exception e) when (attempt < MostAttempts && stop.Reason is null && (!plan.HasBody || upload.CanRepeat) && (_body is { IsNeededAgain: true } || WasLostBeforeAnswer(e, plan.Method.Method)))
            {
                // Each attempt removes one dead connection from the pool.
            }
            await upload.RepeatAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops sending the body after a response other than success, as Go and curl do.</summary>
    internal void StopBodyIfUnwanted(HttpResponseMessage response)
    {
        if (_body is { IsUnderWay: true } body && (int)response.StatusCode >= 300)
            body.Stop();
    }

    /// <summary>After the final response, tells the parent if the rest of the body will not be sent.</summary>
    internal ValueTask DropUploadIfStoppedAsync() => _body is { IsBegun: false } or { IsStopped: true } ? upload.DropAsync() : ValueTask.CompletedTask;

    /// <summary>After the final response was read, waits while the server still takes the rest of the request's body.</summary>
    internal async ValueTask FinishBodyAsync()
    {
        if (_body is { IsUnderWay: true, IsStopped: false } body)
            await body.FinishAsync(BodyPatience, stop.Token).ConfigureAwait(false);
        _body?.Release();
    }

    /// <summary>Before a redirect is followed, asks for the body again or declines it if the next hop has none.</summary>
    internal ValueTask PrepareBodyAsync(RequestPlan plan)
    {
        _body?.Release();
        return plan.HasBody ? upload.RewindIfBegunAsync() : upload.DropAsync();
    }

    /// <summary>Closes an HTTP/1.0 connection unless the response says keep-alive; .NET would keep it.</summary>
    internal void CloseIfOver(HttpResponseMessage response)
    {
        if (EndsConnection(response))
            _connection?.Dispose();
    }

    /// <summary>Ends the body, because the transfer has ended or must end.</summary>
    internal void ReleaseBody() => Body?.Release();

    private bool WasLostBeforeAnswer(Exception exception, string method)
    {
        // The connection was over before it wrote any byte of the request.
        if (FailureTranslation.Find<ConnectionOverException>(exception) is not null)
            return true;
        // The response to another request ended the connection while this request took it from the pool.
        if (exception is ObjectDisposedException)
            return HttpRules.IsIdempotent(method);
        if (_connection is not { IsHttp2: false, HasAnswered: true } connection || exception is not (HttpRequestException or IOException))
            return false;
        // The response had begun when the connection was given up.
        if (connection.IsOver)
            return false;
        return HttpRules.IsIdempotent(method)
            && (exception is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.Unknown } || exception is IOException);
    }

    private static bool EndsConnection(HttpResponseMessage response) =>
        response.Version == HttpVersion.Version10 && !response.Headers.Connection.Contains("keep-alive", StringComparer.OrdinalIgnoreCase);

    private async Task<HttpResponseMessage> SendOnceAsync(HttpTransport transport, FetchMessage message, WebUrl url)
    {
        Volatile.Write(ref _connection, null);
        Volatile.Write(ref _body, message.Content as RequestBody);
        Volatile.Write(ref _sending, message);
        try
        {
            var response = await transport.SendAsync(message, stop.Token).ConfigureAwait(false);
            deadlines.OnAnswered();
            if (Connection is { } connection)
                connection.OnAnswered(isLast: EndsConnection(response));
            var problem = (int)response.StatusCode is >= 200 and <= 999 ? ResponseHeaders.FramingError(response) : $"its status is {(int)response.StatusCode}, which is not a final status (200 to 999)";
            if (problem is null)
                return response;
            using (response)
                throw new FetchFailedException(FetchErrorKind.Protocol, $"The answer to {FetchUrl.Show(url.WithoutCredentials)} breaks HTTP: {problem}.");
        }
        catch (Exception e)
        {
            var reason = message.Opening?.Failure;
            message.Opening?.Abandon();
            if (reason is not null && Connection is null)
                throw new FetchFailedException(reason, e);
            throw;
        }
    }
}
