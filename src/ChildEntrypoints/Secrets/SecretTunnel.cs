using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ActorBrowser.ChildEntrypoints.Egress;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Secrets;

/// <summary>
/// One connection of a program to a host that secrets are for: TLS with the program, TLS with the host, and between them one request
/// with its secrets, and its response. As the host is told to close after the response, the next request is another connection.
/// </summary>
internal sealed class SecretTunnel(SecretTunnels tunnels, TunnelHost host, ulong id, Socket program, Socket target)
{
    private const int BufferBytes = 16 << 10;

    private readonly SslStream _program = new(new NetworkStream(program, ownsSocket: true));
    private readonly SslStream _host = new(new NetworkStream(target, ownsSocket: true));

    /// <summary>Begins to carry the connection. What nobody expects ends this process, as everywhere.</summary>
    internal async void Start()
    {
        using var over = new CancellationTokenSource();
        Allow(over, tunnels.RequestTimeout);
        var reaching = Task.FromResult<string?>(null);
        try
        {
            reaching = ReachHostAsync(over.Token);
            await GreetProgramAsync(over.Token).ConfigureAwait(false);
            if (await ReadRequestAsync(over.Token).ConfigureAwait(false) is var (request, body) && await IsReachedAsync(reaching, over.Token).ConfigureAwait(false))
                await PassAsync(request, body, over).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            // The program, or the host, is gone or too slow; both ends are closed below.
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await _program.DisposeAsync().ConfigureAwait(false);
            await _host.DisposeAsync().ConfigureAwait(false);
            await reaching.ConfigureAwait(false);
        }
    }

    // Null, or why there is no TLS with the host. Does not throw: it runs beside the greeting of the program.
    private async Task<string?> ReachHostAsync(CancellationToken cancellationToken)
    {
        try
        {
            var options = tunnels.Rules.Options();
            options.TargetHost = host.Name;
            options.ApplicationProtocols = [SslApplicationProtocol.Http11];
            await _host.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"TLS with {host.Name}:{host.Port} took too long.";
        }
        catch (Exception e) when (e is FetchFailedException or AuthenticationException or IOException or SocketException or ObjectDisposedException)
        {
            return (e as FetchFailedException ?? e.InnerException as FetchFailedException)?.Message ?? $"TLS with {host.Name}:{host.Port} failed: {(e.InnerException ?? e).Message}";
        }
    }

    private async Task GreetProgramAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _program.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = host.Certificate,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // What else the program has for certificates does not know the command's own.
            tunnels.Report(id, host, $"A program's TLS with {host.Name}:{host.Port} failed: {(e.InnerException ?? e).Message} As a secret is for this host, its TLS ends in the browser: a program that brings certificates of its own must be told to trust those in $SSL_CERT_FILE, and one that speaks HTTP/2 alone cannot have a secret.");
            throw;
        }
    }

    // Null after an answer that says what is wrong.
    private async Task<(ProxyRequest Request, byte[] Body)?> ReadRequestAsync(CancellationToken cancellationToken)
    {
        var head = new HeadBuffer();
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var read = await _program.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;
            head.Append(buffer.AsSpan(0, read));
            var end = ProxyRequest.EndOf(head.Bytes);
            if ((end < 0 ? head.Length : end) > ProxyRequest.MostHead)
            {
                await AnswerAsync(HttpAnswers.TooLarge(), cancellationToken).ConfigureAwait(false);
                return null;
            }
            if (end < 0)
                continue;
            if (ProxyRequest.TryRead(head.Bytes[..end], host.Name, out var request, host.Port, SecretFields.UsualPort) is { } problem)
            {
                await AnswerAsync(HttpAnswers.BadRequest(problem), cancellationToken).ConfigureAwait(false);
                return null;
            }
            // Where one address serves many hosts, the field Host chooses whose the request is.
            if (request.NamedHost is { } named && !named.TrimEnd('.').Equals(host.Name, StringComparison.OrdinalIgnoreCase))
            {
                var sentence = $"The connection is to {host.Name}, but the request is for {named}.";
                tunnels.Report(id, host, sentence);
                await AnswerAsync(HttpAnswers.Forbidden(sentence), cancellationToken).ConfigureAwait(false);
                return null;
            }
            head.Remove(end);
            return (request, head.Bytes.ToArray());
        }
    }

    private async Task<bool> IsReachedAsync(Task<string?> reaching, CancellationToken cancellationToken)
    {
        if (await reaching.ConfigureAwait(false) is not { } problem)
            return true;
        tunnels.Report(id, host, problem);
        await AnswerAsync(HttpAnswers.Of(new EgressRefused(EgressFailure.Unreachable, problem)), cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async Task AnswerAsync(byte[] answer, CancellationToken cancellationToken)
    {
        await _program.WriteAsync(answer, cancellationToken).ConfigureAwait(false);
        await _program.ShutdownAsync().ConfigureAwait(false);
    }

    private async Task PassAsync(ProxyRequest request, byte[] body, CancellationTokenSource over)
    {
        if (SecretFields.Apply(request, host.Secrets) is { } notice)
            tunnels.Report(id, host, notice);
        Allow(over, tunnels.IdleTimeout);
        await _host.WriteAsync(request.ToHead(), over.Token).ConfigureAwait(false);
        var sending = SendBodyAsync(new RequestBodyFilter(request.BodyLength), body, over);
        try
        {
            await ReceiveAsync(over).ConfigureAwait(false);
        }
        finally
        {
            // What the program still sends, nobody reads: the host has answered, and closed.
            await over.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
        }
    }

    // Does not throw: if the program or the host is gone, the response's end, or its failure, says so.
    private async Task SendBodyAsync(RequestBodyFilter filter, byte[] first, CancellationTokenSource over)
    {
        try
        {
            var buffer = new byte[BufferBytes];
            ReadOnlyMemory<byte> data = first;
            while (true)
            {
                var verdict = filter.Look(data.Span, out var pass);
                if (pass > 0)
                    await _host.WriteAsync(data[..pass], over.Token).ConfigureAwait(false);
                if (verdict == FilterVerdict.Stop)
                    break;
                if (verdict == FilterVerdict.Refuse)
                {
                    await over.CancelAsync().ConfigureAwait(false);
                    return;
                }
                var read = await _program.ReadAsync(buffer, over.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    // Half a request.
                    await over.CancelAsync().ConfigureAwait(false);
                    return;
                }
                Allow(over, tunnels.IdleTimeout);
                data = buffer.AsMemory(0, read);
            }
            // A program that goes away while it waits: the host need not answer.
            if (await _program.ReadAsync(buffer, over.Token).ConfigureAwait(false) == 0)
                await _host.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // See above.
        }
    }

    private async Task ReceiveAsync(CancellationTokenSource over)
    {
        var mask = new SecretMask(host.Secrets);
        var buffer = new byte[BufferBytes + mask.MostHeld];
        var held = 0;
        while (true)
        {
            var read = await _host.ReadAsync(buffer.AsMemory(held), over.Token).ConfigureAwait(false);
            Allow(over, tunnels.IdleTimeout);
            var length = held + read;
            held = mask.Cover(buffer.AsSpan(0, length), isEnd: read == 0);
            await _program.WriteAsync(buffer.AsMemory(0, length - held), over.Token).ConfigureAwait(false);
            if (read == 0)
                break;
            buffer.AsSpan(length - held, held).CopyTo(buffer);
        }
        await _program.ShutdownAsync().ConfigureAwait(false);
    }

    private static void Allow(CancellationTokenSource over, TimeSpan time)
    {
        if (!over.IsCancellationRequested)
            over.CancelAfter(time > TimeSpan.Zero ? time : Timeout.InfiniteTimeSpan);
    }
}
