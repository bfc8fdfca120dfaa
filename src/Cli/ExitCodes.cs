using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>This program's exit codes: curl's numbers where they fit, otherwise those of sysexits.h.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;
    internal const int UnsupportedScheme = 1;
    internal const int Usage = 2;
    internal const int InvalidUrl = 3;
    internal const int NameNotResolved = 6;
    internal const int CouldNotConnect = 7;
    internal const int AccessDenied = 9;
    internal const int HttpError = 22;
    internal const int WriteError = 23;
    internal const int CouldNotLoad = 1;
    internal const int ReadError = 26;
    internal const int Timeout = 28;
    internal const int TlsFailed = 35;
    internal const int InvalidRequest = 43;
    internal const int TooManyRedirects = 47;
    internal const int ReceiveFailed = 56;
    internal const int TooLarge = 63;
    internal const int Unavailable = 69;
    internal const int Internal = 70;
    internal const int ChildLost = 75;
    internal const int ScriptFailed = 96;
    internal const int ProxyFailed = 97;
    internal const int Interrupted = 130;

    /// <summary>The number that a shell adds to the signal that ended a program.</summary>
    internal const int BySignal = 128;

    /// <summary>The table that <c>fetch --help</c> prints.</summary>
    internal static IReadOnlyList<(int Code, string Meaning)> Table { get; } =
    [
        (Success, "every fetch was answered (whatever the HTTP status, unless --fail)"),
        (UnsupportedScheme, "unsupported scheme (only http and https)"),
        (Usage, "the command line is wrong"),
        (InvalidUrl, "malformed URL"),
        (NameNotResolved, "host name not resolved"),
        (CouldNotConnect, "connection refused or host unreachable"),
        (AccessDenied, "address blocked by policy"),
        (HttpError, "HTTP status 400 or above, with --fail"),
        (WriteError, "the output could not be written"),
        (ReadError, "the request's body could not be read"),
        (Timeout, "a time limit passed"),
        (TlsFailed, "TLS handshake or certificate not acceptable"),
        (InvalidRequest, "method, header or body cannot be sent"),
        (TooManyRedirects, "too many redirects, or one that cannot be followed"),
        (ReceiveFailed, "the server broke HTTP or closed the connection early"),
        (TooLarge, "the answer exceeds the size limit"),
        (Unavailable, "no child process is available"),
        (Internal, "internal error: a defect; please report it"),
        (ChildLost, "a child process was lost"),
        (ProxyFailed, "the proxy cannot be used"),
        (Interrupted, "interrupted (Ctrl-C)"),
    ];

    internal static int For(FetchErrorKind kind) => kind switch
    {
        FetchErrorKind.InvalidUrl => InvalidUrl,
        FetchErrorKind.UnsupportedScheme => UnsupportedScheme,
        FetchErrorKind.InvalidRequest => InvalidRequest,
        FetchErrorKind.Dns => NameNotResolved,
        FetchErrorKind.Refused or FetchErrorKind.Unreachable => CouldNotConnect,
        FetchErrorKind.Tls => TlsFailed,
        FetchErrorKind.Timeout => Timeout,
        FetchErrorKind.TooLarge => TooLarge,
        FetchErrorKind.Redirect => TooManyRedirects,
        FetchErrorKind.Blocked => AccessDenied,
        FetchErrorKind.Protocol => ReceiveFailed,
        FetchErrorKind.Cancelled => Interrupted,
        FetchErrorKind.ChildLost or FetchErrorKind.NodeLost => ChildLost,
        FetchErrorKind.Unavailable or FetchErrorKind.Stopped or FetchErrorKind.NodesFull => Unavailable,
        FetchErrorKind.Proxy => ProxyFailed,
        FetchErrorKind.Upload => ReadError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An error kind without an exit code."),
    };
}
