using System.Net.Sockets;
using System.Security.Authentication;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A fetch cannot go on: the kind and the sentence that the requester gets.</summary>
internal sealed class FetchFailure(FetchErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    internal FetchErrorKind Kind { get; } = kind;

    internal FetchError ToError() => new(Kind, Message);

    /// <summary>Finds the kind behind whatever the HTTP stack threw; the innermost cause that is known decides.</summary>
    internal static FetchError From(Exception exception, Uri? url)
    {
        var where = url is null ? "The server" : url.Authority;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case FetchFailure known:
                    return known.ToError();
                case AuthenticationException:
                    return new FetchError(FetchErrorKind.Tls, $"TLS with {where} failed: {Innermost(e)}");
                case SocketException socket:
                    return FromSocket(socket, where);
            }
        }
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException http)
            {
                return http.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => new FetchError(FetchErrorKind.Dns, $"The name of {where} could not be resolved."),
                    HttpRequestError.SecureConnectionError => new FetchError(FetchErrorKind.Tls, $"TLS with {where} failed: {Innermost(e)}"),
                    HttpRequestError.ConnectionError => new FetchError(FetchErrorKind.Unreachable, $"{where} could not be reached: {Innermost(e)}"),
                    HttpRequestError.ConfigurationLimitExceeded => new FetchError(FetchErrorKind.TooLarge, $"The header section of {where}'s answer exceeds the limit."),
                    HttpRequestError.UserAuthenticationError => new FetchError(FetchErrorKind.InvalidRequest, $"Authentication with {where} failed."),
                    _ => new FetchError(FetchErrorKind.Protocol, $"{where} broke HTTP or closed in the middle: {Innermost(e)}"),
                };
            }
        }
        return exception is InvalidDataException
            ? new FetchError(FetchErrorKind.Protocol, $"The body of {where}'s answer cannot be decoded: {exception.Message}")
            : exception is IOException or HttpProtocolException
            ? new FetchError(FetchErrorKind.Protocol, $"{where} broke HTTP or closed in the middle: {Innermost(exception)}")
            : new FetchError(FetchErrorKind.InvalidRequest, $"The request cannot be sent: {Innermost(exception)}");
    }

    private static FetchError FromSocket(SocketException socket, string where) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new FetchError(FetchErrorKind.Refused, $"{where} refused the connection."),
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery =>
            new FetchError(FetchErrorKind.Dns, $"The name of {where} could not be resolved: {socket.Message}."),
        SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted =>
            new FetchError(FetchErrorKind.Protocol, $"{where} reset the connection."),
        _ => new FetchError(FetchErrorKind.Unreachable, $"{where} could not be reached: {socket.Message}."),
    };

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }
}
