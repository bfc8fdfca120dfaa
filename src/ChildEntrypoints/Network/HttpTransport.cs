using System.Diagnostics;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// The connection pool of one policy. Fetches for the embedder and fetches for the content of public pages use separate
/// pools, so that neither uses a connection that its policy would not have opened.
/// </summary>
internal sealed class HttpTransport : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly Connector _connector;
    private readonly bool _publicOnly;
    private readonly SocksProxy? _proxy;

    internal HttpTransport(in NetworkArgs args, Connector connector, CertificateRules certificates, bool publicOnly, SocksProxy? proxy)
    {
        _proxy = proxy;
        _connector = connector;
        _publicOnly = publicOnly;
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // Redirects, decoding, proxies and credentials are handled by other code; cookies are not supported.
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            PreAuthenticate = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = args.MaxConnectionsPerServer,
            PooledConnectionIdleTimeout = TimeSpan.FromMilliseconds(args.IdleConnectionTimeout),
            MaxResponseHeadersLength = (args.MaxResponseHeaderBytes + 1023) / 1024,
            // An abandoned response closes its connection at once, instead of being read to its end.
            MaxResponseDrainSize = 0,
            EnableMultipleHttp2Connections = false,
            RequestHeaderEncodingSelector = OnHeaderWritten,
            // One character per byte: .NET would decode a Location as UTF-8 if possible, which hides its bytes.
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            SslOptions = certificates.Options(),
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult(OnEstablished(context)),
        });
    }

    /// <summary>The pool's open HTTP/2 connections.</summary>
    internal Http2Connections Http2 { get; } = new();

    internal Task<HttpResponseMessage> SendAsync(FetchMessage message, CancellationToken cancellationToken) =>
        _invoker.SendAsync(message, cancellationToken);

    /// <summary>Closes every pooled connection.</summary>
    public void Dispose() => _invoker.Dispose();

    // .NET calls this for every field while it writes the request's head, in HTTP/1.1 and HTTP/2: the only hook that shows
    // when a request leaves the queue for a connection.
    private static Encoding OnHeaderWritten(string name, HttpRequestMessage message)
    {
        ((FetchMessage)message).OnSending();
        return Encoding.Latin1;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var message = (FetchMessage)context.InitialRequestMessage;
        var target = $"{FetchUrl.Show(context.DnsEndPoint.Host)}:{context.DnsEndPoint.Port}";
        var attempt = new ConnectAttempt(target, message.Sender.ConnectTimeout, cancellationToken);
        message.Opening = attempt;
        try
        {
            var connection = await _connector.ConnectAsync(context.DnsEndPoint, _publicOnly, _proxy, attempt).ConfigureAwait(false);
            attempt.OnConnected(connection);
            return connection;
        }
        catch
        {
            attempt.Dispose();
            throw;
        }
    }

    private Stream OnEstablished(SocketsHttpPlaintextStreamFilterContext context)
    {
        var message = (FetchMessage)context.InitialRequestMessage;
        if (message.Opening?.OnEstablished() is { } connection)
        {
            if (context.PlaintextStream is not TransportConnection)
                connection.Tls = Stopwatch.GetElapsedTime(connection.ConnectedAt);
            if (context.NegotiatedHttpVersion.Major == 2)
                connection.Register(Http2, message.Origin);
            else
                return new AnswerWatch(context.PlaintextStream, connection);
        }
        return context.PlaintextStream;
    }
}
