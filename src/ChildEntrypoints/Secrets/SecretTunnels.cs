using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Secrets;

/// <summary>The hosts that secrets are for, and what is told to the parent about connections to them.</summary>
internal sealed class SecretTunnels
{
    private readonly ChildContext _context;
    private readonly Dictionary<(string Host, int Port), TunnelHost> _hosts = [];
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource> _reported = new();

    internal SecretTunnels(ChildContext context, in SecretsArgs args)
    {
        _context = context;
        (RequestTimeout, IdleTimeout) = (args.RequestTimeout, args.IdleTimeout);
        Rules = new CertificateRules(args.TrustedCertificates);
        foreach (var host in args.Hosts)
            _hosts.Add((host.Host, host.Port), new TunnelHost(host));
    }

    internal TimeSpan RequestTimeout { get; }

    internal TimeSpan IdleTimeout { get; }

    /// <summary>Which certificates of hosts are accepted.</summary>
    internal CertificateRules Rules { get; }

    /// <summary>Carries a connection, without waiting for its end. Owns the sockets.</summary>
    internal ProtocolViolation? Carry(ulong id, in SecretConnection connection, SafeDescriptor program, SafeDescriptor host)
    {
        if (!_hosts.TryGetValue((connection.Host, connection.Port), out var target))
        {
            program.Dispose();
            host.Dispose();
            return new ProtocolViolation(ViolationKind.OutOfState, $"No secret is for {connection.Host}:{connection.Port}.");
        }
        new SecretTunnel(this, target, id, GivenSocket.Adopt(program), GivenSocket.Adopt(host)).Start();
        return null;
    }

    /// <summary>Tells the parent why a connection fails, and waits until the command knows: if its program heard of it before, the command's exit could come first.</summary>
    /// <param name="id">The connection's.</param>
    /// <param name="host">Where it leads.</param>
    /// <param name="sentence">Why.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task ReportAsync(ulong id, TunnelHost host, string sentence, CancellationToken cancellationToken)
    {
        var noted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reported[id] = noted;
        try
        {
            // A parent that reads nothing is not told; a program could bring that about.
            if (_context.TryWrite(id, new SecretProblem(host.Name, host.Port, sentence)) is WriteOutcome.TooLarge or WriteOutcome.QueueFull)
                return;
            _context.RequestFlush();
            await noted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _reported.TryRemove(id, out _);
        }
    }

    /// <summary>The same without waiting.</summary>
    internal void Tell(ulong id, TunnelHost host, string sentence)
    {
        _context.TryWrite(id, new SecretProblem(host.Name, host.Port, sentence));
        _context.RequestFlush();
    }

    /// <summary>The command knows of the problem of a connection.</summary>
    internal void OnNoted(ulong id)
    {
        if (_reported.TryGetValue(id, out var noted))
            noted.TrySetResult();
    }
}

/// <summary>A host that secrets are for, with the certificate that programs are shown.</summary>
internal sealed class TunnelHost
{
    internal TunnelHost(SecretHost host)
    {
        (Name, Port, Secrets) = (host.Host, host.Port, host.Secrets);
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(host.Key.Span, out _);
        using var certificate = X509CertificateLoader.LoadCertificate(host.Certificate.Span);
        Certificate = SslStreamCertificateContext.Create(certificate.CopyWithPrivateKey(key), null, offline: true);
    }

    internal string Name { get; }

    internal int Port { get; }

    internal IReadOnlyList<(string Placeholder, string Value)> Secrets { get; }

    internal SslStreamCertificateContext Certificate { get; }
}
