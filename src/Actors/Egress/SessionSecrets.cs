using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// The secrets of one command: their placeholders, and an authority made for this command that vouches for the hosts they are for. Its
/// private key exists only while this is made.
/// </summary>
internal sealed class SessionSecrets
{
    private const string PlaceholderCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int MostBundle = 4 << 20;
    private const string ForServers = "1.3.6.1.5.5.7.3.1";

    // Where systems keep the certificates that programs trust: Debian and most, Fedora, SUSE, Alpine.
    private static readonly string[] BundlePaths =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

    // The libraries by which .NET speaks TLS; without one it ends the process.
    private static readonly string[] TlsLibraries = ["libssl.so.3", "libssl.so.1.1", "libssl.so"];

    // What programs read to find certificates.
    private static readonly string[] BundleVariables =
    [
        "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "npm_config_cafile", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO", "AWS_CA_BUNDLE", "DENO_CERT", "NIX_SSL_CERT_FILE",
    ];

    private SessionSecrets(IReadOnlyList<SecretHost> hosts, IReadOnlyList<KeyValuePair<string, string>> variables, (string Path, string Content) bundle) =>
        (Hosts, Variables, Bundle) = (hosts, variables, bundle);

    /// <summary>Where the secrets go, for the secrets child.</summary>
    internal IReadOnlyList<SecretHost> Hosts { get; }

    /// <summary>The command's variables: placeholders, and where its certificates are.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Variables { get; }

    /// <summary>The certificates that the command's programs trust, in PEM, and where they are in its world.</summary>
    internal (string Path, string Content) Bundle { get; }

    /// <summary>Null, or why there can be no secrets on this machine.</summary>
    internal static string? Missing { get; } = Array.Exists(TlsLibraries, static name => NativeLibrary.TryLoad(name, out _)) ? null : "Secrets need OpenSSL (libssl), which is not on this machine.";

    /// <summary>Null, or what is wrong with secrets.</summary>
    internal static string? Problem(IReadOnlyList<CommandSecret> secrets)
    {
        if (secrets.Contains(null!))
            return "A secret is null.";
        if (secrets.FirstOrDefault(static secret => BundleVariables.Contains(secret.Name) || secret.Name == "PATH" || EgressVariables.All.Any(variable => variable.Key == secret.Name)) is { } taken)
            return $"A secret cannot be named {taken.Name}: the browser gives the command that variable.";
        if (secrets.Count > SecretsArgs.MostSecrets)
            return $"The command has {secrets.Count} secrets; at most {SecretsArgs.MostSecrets} are allowed.";
        return secrets.GroupBy(static secret => secret.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1) is { } twice
            ? $"There are {twice.Count()} secrets named {twice.Key}." : null;
    }

    /// <summary>Makes what a command needs for its secrets.</summary>
    /// <param name="secrets">At least one, checked by <see cref="Problem"/>.</param>
    /// <exception cref="IOException">The machine's certificates cannot be read.</exception>
    internal static SessionSecrets Create(IReadOnlyList<CommandSecret> secrets)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ActorBrowser for one command", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var authority = request.CreateSelfSigned(from, until);

        var placeholders = secrets.ToDictionary(static secret => secret, static secret => RandomNumberGenerator.GetString(PlaceholderCharacters, secret.Value.Length));
        var hosts = secrets.GroupBy(static secret => (secret.Host, secret.Port)).Select(group => HostOf(group.Key.Host, group.Key.Port, [.. group.Select(secret => (placeholders[secret], secret.Value))], authority, from, until)).ToList();
        var path = Array.Find(BundlePaths, File.Exists);
        var bundle = (path ?? BundlePaths[0], $"{(path is null ? "" : ReadBundle(path).TrimEnd() + "\n")}{authority.ExportCertificatePem()}\n");
        KeyValuePair<string, string>[] variables = [.. BundleVariables.Select(name => new KeyValuePair<string, string>(name, bundle.Item1)), .. secrets.Select(secret => new KeyValuePair<string, string>(secret.Name, placeholders[secret]))];
        return new SessionSecrets(hosts, variables, bundle);
    }

    /// <summary>Whether a secret is for this host, at any port.</summary>
    internal bool Name(string host) => Hosts.Any(one => one.Host == host);

    // The registry reads it: what is there must not hold that up, or fill its memory.
    private static string ReadBundle(string path)
    {
        using var file = RegularFile.TryOpen(path) ?? throw new IOException($"{path} is no file that can be read.");
        if (file.Length > MostBundle)
            throw new IOException($"{path} has {file.Length} bytes; at most {MostBundle} are read.");
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>Whether connections to this host are for the secrets child.</summary>
    internal bool Cover(string host, int port) => Hosts.Any(one => one.Host == host && one.Port == port);

    private static SecretHost HostOf(string host, int port, IReadOnlyList<(string, string)> secrets, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The subject's name has room for 64 characters; programs read the alternative names.
        var request = new CertificateRequest("CN=ActorBrowser", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForServers)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(16));
        return new SecretHost(host, port, certificate.RawData, key.ExportPkcs8PrivateKey(), secrets);
    }
}
