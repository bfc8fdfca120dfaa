using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// The secrets child: ends the TLS of a command's programs for the hosts that secrets are for, puts the secrets in place of their
/// placeholders, and passes the requests on over TLS of its own. It can make no socket itself.
/// </summary>
internal static class SecretsContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "secrets";

    internal static RoleContract Value { get; } = new(Name, fromChild: [MessageType.SecretProblem], toChild: [new(MessageType.SecretConnection, 2, 2), MessageType.SecretNoted]);

    /// <summary>Encodes the role's arguments.</summary>
    internal static byte[] WriteArgs(in SecretsArgs args)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteArrayHeader(4);
        Wire.WriteTime(ref writer, args.RequestTimeout);
        Wire.WriteTime(ref writer, args.IdleTimeout);
        writer.Write(args.TrustedCertificates);
        writer.WriteArrayHeader(args.Hosts.Count);
        foreach (var host in args.Hosts)
        {
            writer.WriteArrayHeader(5);
            writer.Write(host.Host);
            writer.Write(host.Port);
            writer.Write(host.Certificate.Span);
            writer.Write(host.Key.Span);
            writer.WriteArrayHeader(2 * host.Secrets.Count);
            foreach (var (placeholder, value) in host.Secrets)
            {
                writer.Write(placeholder);
                writer.Write(value);
            }
        }
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the output of <see cref="WriteArgs"/>; throws like <see cref="IWireMessage{TSelf}.Read"/>.</summary>
    internal static SecretsArgs ReadArgs(ReadOnlyMemory<byte> args)
    {
        var reader = new MessagePackReader(args);
        Wire.ReadArrayOf(ref reader, 4, nameof(SecretsArgs));
        var request = Wire.ReadTime(ref reader, "SecretsArgs.RequestTimeout");
        var idle = Wire.ReadTime(ref reader, "SecretsArgs.IdleTimeout");
        var trusted = Wire.ReadText(ref reader, "SecretsArgs.TrustedCertificates");
        var hosts = new SecretHost[Wire.ReadCount(ref reader, "SecretsArgs.Hosts", SecretsArgs.MostSecrets)];
        for (var i = 0; i < hosts.Length; i++)
        {
            Wire.ReadArrayOf(ref reader, 5, nameof(SecretHost));
            var host = Wire.ReadText(ref reader, "SecretHost.Host");
            var port = (int)Wire.ReadRange(ref reader, "SecretHost.Port", 1, ushort.MaxValue);
            // The arguments are valid only during the call.
            var certificate = Wire.ReadPayload(ref reader, "SecretHost.Certificate").ToArray();
            var key = Wire.ReadPayload(ref reader, "SecretHost.Key").ToArray();
            var secrets = new (string, string)[Wire.ReadCount(ref reader, "SecretHost.Secrets", 2 * SecretsArgs.MostSecrets) / 2];
            for (var j = 0; j < secrets.Length; j++)
                secrets[j] = (Wire.ReadText(ref reader, "SecretHost.Placeholder"), Wire.ReadText(ref reader, "SecretHost.Value"));
            hosts[i] = new SecretHost(host, port, certificate, key, secrets);
        }
        return new SecretsArgs(request, idle, trusted, hosts);
    }
}

/// <summary>The arguments of a secrets child.</summary>
/// <param name="RequestTimeout">How long a program may take for its TLS greeting and the head of its request, and a host for its greeting.</param>
/// <param name="IdleTimeout">How long a connection may carry nothing.</param>
/// <param name="TrustedCertificates">PEM certificates trusted in addition to the system's, of hosts; empty for none.</param>
/// <param name="Hosts">Where secrets go.</param>
internal readonly record struct SecretsArgs(TimeSpan RequestTimeout, TimeSpan IdleTimeout, string TrustedCertificates, IReadOnlyList<SecretHost> Hosts)
{
    /// <summary>The most secrets of a command.</summary>
    internal const int MostSecrets = 32;
}

/// <summary>A host that secrets are for.</summary>
/// <param name="Host">A name in ASCII and lower case, or an address without brackets.</param>
/// <param name="Port">Its port.</param>
/// <param name="Certificate">The certificate for programs, in DER.</param>
/// <param name="Key">Its private key, in PKCS #8.</param>
/// <param name="Secrets">What programs have, and what it stands for; of the same length.</param>
internal sealed record SecretHost(string Host, int Port, ReadOnlyMemory<byte> Certificate, ReadOnlyMemory<byte> Key, IReadOnlyList<(string Placeholder, string Value)> Secrets)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
