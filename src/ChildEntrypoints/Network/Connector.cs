using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Turns a host name into addresses; tests bring their own.</summary>
/// <param name="host">The name.</param>
/// <param name="cancellation">Ends the look-up.</param>
public delegate Task<IPAddress[]> NameResolver(string host, CancellationToken cancellation);

/// <summary>What a connection cost the request that opened it, in microseconds.</summary>
internal sealed record ConnectionRecord(long NameLookup, long Connect, long Tls);

/// <summary>
/// The pools of connections, one for the embedder and one for public pages: a connection opened for the one must never
/// serve the other, or a pooled connection to a private address would bypass the check that is made while connecting.
/// </summary>
internal sealed class Connector : IDisposable
{
    internal static readonly HttpRequestOptionsKey<ConnectionRecord> RecordKey = new("actorbrowser.connection");
    internal static readonly HttpRequestOptionsKey<TimeSpan> ConnectTimeoutKey = new("actorbrowser.connect-timeout");

    private readonly NetworkArgs _args;
    private readonly AddressPolicy _policy;
    private readonly NameResolver _resolve;
    private readonly X509Certificate2Collection _trusted = [];
    private readonly ConcurrentDictionary<(string Host, int Port, bool PublicOnly), IPEndPoint> _remotes = new();
    private readonly Lazy<HttpMessageInvoker> _anywhere;
    private readonly Lazy<HttpMessageInvoker> _publicOnly;

    internal Connector(NetworkArgs args, NameResolver resolve)
    {
        _args = args;
        _policy = new AddressPolicy(args.AllowedPrivateNetworks);
        _resolve = resolve;
        if (args.TrustedCertificates.Length > 0)
            _trusted.ImportFromPem(args.TrustedCertificates);
        _anywhere = new Lazy<HttpMessageInvoker>(() => Create(publicOnly: false));
        _publicOnly = new Lazy<HttpMessageInvoker>(() => Create(publicOnly: true));
    }

    internal HttpMessageInvoker For(bool publicAddressesOnly) => (publicAddressesOnly ? _publicOnly : _anywhere).Value;

    /// <summary>Where the last connection to this origin went; a request on a pooled connection went there too.</summary>
    internal IPEndPoint? RemoteOf(Uri url, bool publicAddressesOnly) =>
        _remotes.TryGetValue((url.IdnHost, url.Port, publicAddressesOnly), out var remote) ? remote : null;

    public void Dispose()
    {
        if (_anywhere.IsValueCreated)
            _anywhere.Value.Dispose();
        if (_publicOnly.IsValueCreated)
            _publicOnly.Value.Dispose();
    }

    private HttpMessageInvoker Create(bool publicOnly)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            PreAuthenticate = false,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = _args.MaxConnectionsPerServer,
            PooledConnectionIdleTimeout = TimeSpan.FromMilliseconds(_args.IdleConnectionTimeout),
            MaxResponseHeadersLength = Math.Max(1, _args.MaxResponseHeaderBytes / 1024),
            EnableMultipleHttp2Connections = true,
            Expect100ContinueTimeout = TimeSpan.Zero,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (context, cancellation) => ConnectAsync(context, publicOnly, cancellation),
        };
        return new HttpMessageInvoker(handler);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, bool publicOnly, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var started = TimeProvider.System.GetTimestamp();
        var limit = context.InitialRequestMessage.Options.TryGetValue(ConnectTimeoutKey, out var timeout) && timeout > TimeSpan.Zero
            ? timeout : Timeout.InfiniteTimeSpan;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit);
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, deadline.Token).ConfigureAwait(false);
            var lookup = Microseconds(started);
            if (addresses.Length == 0)
                throw new FetchFailure(FetchErrorKind.Dns, $"The name of {host} has no address.");
            if (publicOnly)
            {
                addresses = Array.FindAll(addresses, _policy.IsAllowedFromPublicPage);
                if (addresses.Length == 0)
                    throw new FetchFailure(FetchErrorKind.Blocked, $"{host} is on this machine or a private network, which a public page may not reach.");
            }
            var connecting = TimeProvider.System.GetTimestamp();
            var socket = await ConnectAnyAsync(addresses, context.DnsEndPoint.Port, deadline.Token).ConfigureAwait(false);
            var connected = Microseconds(connecting);
            var securing = TimeProvider.System.GetTimestamp();
            var stream = await SecureAsync(socket, host, context.InitialRequestMessage, deadline.Token).ConfigureAwait(false);
            if (socket.RemoteEndPoint is IPEndPoint remote)
                _remotes[(host, context.DnsEndPoint.Port, publicOnly)] = remote;
            context.InitialRequestMessage.Options.Set(RecordKey,
                new ConnectionRecord(lookup, connected, stream is SslStream ? Microseconds(securing) : 0));
            return stream;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FetchFailure(FetchErrorKind.Timeout, $"{host} could not be connected to within {limit.TotalMilliseconds:F0} ms.");
        }
    }

    /// <summary>TLS here, not in the handler, so that the connect timeout covers it and its cost is known.</summary>
    private async Task<Stream> SecureAsync(Socket socket, string host, HttpRequestMessage request, CancellationToken cancellation)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (request.RequestUri!.Scheme != Uri.UriSchemeHttps)
            return plain;
        var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                RemoteCertificateValidationCallback = Validate,
                ApplicationProtocols = request.Version.Major < 2 ? [SslApplicationProtocol.Http11]
                    : request.VersionPolicy == HttpVersionPolicy.RequestVersionExact ? [SslApplicationProtocol.Http2]
                    : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            }, cancellation).ConfigureAwait(false);
            return secure;
        }
        catch (Exception e) when (e is IOException)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw new FetchFailure(FetchErrorKind.Tls, $"TLS with {host} failed: the handshake was broken off ({e.Message}).", e);
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Socket> ConnectAnyAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                // The next address may answer; the last one's failure is the one that is told.
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && _trusted.Count > 0 && certificate is X509Certificate2 presented)
        {
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.AddRange(_trusted);
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            if (chain is not null)
                own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            if (own.Build(presented))
                return true;
        }
        throw new AuthenticationException(Describe(certificate as X509Certificate2, chain, errors));
    }

    private static string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
            return "the server presented no certificate.";
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            return $"the certificate is for another host ({certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)}).";
        var now = DateTime.UtcNow;
        if (now > certificate.NotAfter.ToUniversalTime())
            return $"the certificate expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}.";
        if (now < certificate.NotBefore.ToUniversalTime())
            return $"the certificate is not valid before {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd}.";
        if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return "the certificate is self-signed and not trusted.";
        var statuses = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).Where(s => s.Length > 0) ?? [];
        return $"the certificate is not trusted ({string.Join("; ", statuses)}).";
    }

    private static long Microseconds(long since) => (long)TimeProvider.System.GetElapsedTime(since).TotalMicroseconds;
}
