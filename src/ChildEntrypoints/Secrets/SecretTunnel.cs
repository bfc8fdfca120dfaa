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
    private const byte TlsHandshake = 22;

    private readonly SslStream _program = new(new NetworkStream(program, ownsSocket: true));
    private readonly SslStream _host = new(new NetworkStream(target, ownsSocket: true));

    /// <summary>Begins to carry the connection. What nobody expects ends it, and is reported: other connections of the command go on.</summary>
    internal async void Start()
    {
        using var over = new CancellationTokenSource();
        Allow(over, tunnels.RequestTimeout);
        using var unreached = new CancellationTokenSource();
        Allow(unreached, tunnels.RequestTimeout);
        var reaching = Task.FromResult<string?>(null);
        try
        {
            reaching = ReachHostAsync(unreached.Token);
            await GreetProgramAsync(over.Token).ConfigureAwait(false);
            if (await ReadRequestAsync(over.Token).ConfigureAwait(false) is not var (request, body))
                return;
            // The host has had its time then, and the program still gets an answer.
            Allow(over, tunnels.RequestTimeout);
            if (await IsReachedAsync(reaching, over.Token).ConfigureAwait(false))
                await PassAsync(request, body, over).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            // The program, or the host, is gone or too slow; both ends are closed below.
        }
        catch (Exception e)
        {
            tunnels.Tell(id, host, $"A connection to {host.Name}:{host.Port} has failed in the secrets child, which is a defect: {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await unreached.CancelAsync().ConfigureAwait(false);
            // Not disposed under its greeting.
            await reaching.ConfigureAwait(false);
            await _program.DisposeAsync().ConfigureAwait(false);
            await _host.DisposeAsync().ConfigureAwait(false);
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
        // What a host can send is more than can be listed, such as a certificate whose dates are no dates.
        catch (Exception e)
        {
            return (e as FetchFailedException ?? e.InnerException as FetchFailedException)?.Message ?? $"TLS with {host.Name}:{host.Port} failed: {(e.InnerException ?? e).Message}";
        }
    }

    private async Task GreetProgramAsync(CancellationToken cancellationToken)
    {
        var first = new byte[1];
        if (await program.ReceiveAsync(first, SocketFlags.Peek, cancellationToken).ConfigureAwait(false) == 0)
            throw new EndOfStreamException();
        if (first[0] != TlsHandshake)
        {
            await tunnels.ReportAsync(id, host, $"A program does not speak TLS with {host.Name}:{host.Port}, for which there is a secret: a secret goes over TLS only.", cancellationToken).ConfigureAwait(false);
            throw new IOException("This is no TLS.");
        }
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
            await tunnels.ReportAsync(id, host, $"A program's TLS with {host.Name}:{host.Port} failed: {(e.InnerException ?? e).Message} As a secret is for this host, its TLS ends in the browser: a program that brings certificates of its own must be told to trust those in $SSL_CERT_FILE, and one that speaks HTTP/2 alone cannot have a secret.", cancellationToken).ConfigureAwait(false);
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
            if (request.HostBeside(host.Name) is { } named)
            {
                var sentence = HttpAnswers.ForAnother(host.Name, named);
                await tunnels.ReportAsync(id, host, sentence, cancellationToken).ConfigureAwait(false);
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
        await tunnels.ReportAsync(id, host, problem, cancellationToken).ConfigureAwait(false);
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
        var encoded = new List<(string, string)>();
        if (SecretFields.Apply(request, host.Secrets, encoded) is { } notice)
            await tunnels.ReportAsync(id, host, notice, over.Token).ConfigureAwait(false);
        Allow(over, tunnels.IdleTimeout);
        await _host.WriteAsync(request.ToHead(), over.Token).ConfigureAwait(false);
        var sending = SendBodyAsync(new RequestBodyFilter(request.BodyLength), body, over);
        try
        {
            await ReceiveAsync(new SecretMask(host.Secrets, encoded), over).ConfigureAwait(false);
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

    private async Task ReceiveAsync(SecretMask mask, CancellationTokenSource over)
    {
        var buffer = new byte[BufferBytes];
        while (await _host.ReadAsync(buffer, over.Token).ConfigureAwait(false) is var read and > 0)
        {
            Allow(over, tunnels.IdleTimeout);
            mask.Cover(buffer.AsSpan(0, read));
            await _program.WriteAsync(buffer.AsMemory(0, read), over.Token).ConfigureAwait(false);
        }
        await _program.ShutdownAsync().ConfigureAwait(false);
    }

    private static void Allow(CancellationTokenSource over, TimeSpan time)
    {
        if (!over.IsCancellationRequested)
            over.CancelAfter(time > TimeSpan.Zero ? time : Timeout.InfiniteTimeSpan);
    }
}
