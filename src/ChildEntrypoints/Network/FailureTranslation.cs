using System.Net.Sockets;
using System.Security.Authentication;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Translates exceptions of the HTTP stack into a kind and one sentence.</summary>
internal static class FailureTranslation
{
    /// <summary>Translates an exception.</summary>
    /// <param name="exception">The exception that ended the fetch.</param>
    /// <param name="where">The URL being fetched, for the sentence.</param>
    /// <param name="headersArrived">Whether the response had begun.</param>
    internal static FetchFailure From(Exception exception, string where, bool headersArrived)
    {
        if (Find<FetchFailedException>(exception) is { } failed)
            return failed.Failure;
        where = FetchUrl.Show(where);
        var http = exception as HttpRequestException;
        switch (http?.HttpRequestError ?? (exception as HttpIOException)?.HttpRequestError)
        {
            case HttpRequestError.SecureConnectionError when exception.GetBaseException().Message.Contains("application protocol", StringComparison.OrdinalIgnoreCase):
            case HttpRequestError.VersionNegotiationError:
                return new(FetchErrorKind.Protocol, $"The server of {where} does not speak the requested HTTP version.");
            case HttpRequestError.SecureConnectionError:
                return new(FetchErrorKind.Tls, $"The TLS connection for {where} failed: {TlsDetail(exception)}.");
            case HttpRequestError.NameResolutionError:
                return new(FetchErrorKind.Dns, $"The host name of {where} could not be resolved.");
            case HttpRequestError.ConfigurationLimitExceeded:
                return new(FetchErrorKind.TooLarge, $"The headers of {where} exceed the limit.");
            case HttpRequestError.ResponseEnded:
                return Ended(where, headersArrived);
            case HttpRequestError.InvalidResponse:
                return new(FetchErrorKind.Protocol, $"The server broke HTTP while answering {where}: {Sentence(exception)}.");
            case HttpRequestError.HttpProtocolError:
                return new(FetchErrorKind.Protocol, $"The server broke HTTP/2 while answering {where}: {Sentence(exception)}.");
        }
        if (Find<SocketException>(exception) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.OperationAborted =>
                    new(FetchErrorKind.Protocol, $"The server reset the connection {(headersArrived ? "in the middle of the body" : "before answering")} of {where}."),
                SocketError.ConnectionRefused => new(FetchErrorKind.Refused, $"The connection for {where} was refused."),
                SocketError.TimedOut => new(FetchErrorKind.Unreachable, $"The connection for {where} timed out."),
                _ => new(FetchErrorKind.Unreachable, $"The connection for {where} failed: {socket.Message}."),
            };
        }
        return exception switch
        {
            OperationCanceledException => new(FetchErrorKind.Cancelled, $"The fetch of {where} was cancelled."),
            InvalidDataException => DamagedBody(where),
            // Brotli's decoder throws this for damaged data.
            InvalidOperationException when headersArrived => DamagedBody(where),
            HttpRequestException or IOException or ObjectDisposedException =>
                new(FetchErrorKind.Protocol, $"The connection failed while fetching {where}: {Sentence(exception)}."),
            _ => new(FetchErrorKind.Protocol, $"Fetching {where} failed unexpectedly ({exception.GetType().Name}): {Sentence(exception)}."),
        };
    }

    // Replaces .NET's message, which speaks of archives.
    private static FetchFailure DamagedBody(string where) =>
        new(FetchErrorKind.Protocol, $"The body of {where} does not match its Content-Encoding: its compressed data is damaged or truncated.");

    private static FetchFailure Ended(string where, bool headersArrived) => new(FetchErrorKind.Protocol, headersArrived
        ? $"The server closed the connection in the middle of the body of {where}."
        : $"The server closed the connection without answering {where}.");

    private static string TlsDetail(Exception exception)
    {
        var inner = Find<AuthenticationException>(exception);
        var innermost = exception.GetBaseException();
        if (innermost.Message.Contains("frame", StringComparison.OrdinalIgnoreCase))
            return "the server does not speak TLS on this port";
        if (innermost is IOException or SocketException)
            return "the server closed the connection during the handshake";
        return "the handshake failed: " + Sentence(innermost is not null && inner is not null ? innermost : exception);
    }

    /// <summary>The first exception of a type in a chain of causes; null if there is none.</summary>
    internal static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is T found)
                return found;
        return null;
    }

    private static string Sentence(Exception exception) => FetchUrl.Show(exception.Message).TrimEnd('.');
}
