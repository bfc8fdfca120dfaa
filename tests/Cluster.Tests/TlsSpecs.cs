using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Hosting;

namespace ActorBrowser.ClusterTests;

/// <summary>Nodes that show each other a certificate of the cluster's own authority, as docs/cluster.md sets them up.</summary>
public sealed class TlsSpecs
{
    [Fact]
    public async Task Nodes_with_certificates_of_one_authority_work_together_and_another_one_does_not_join()
    {
        using var authority = Authority("cluster");
        using var other = Authority("other");
        await using var site = await Site.EchoingAsync();
        await using var browser = await TestNode.StartAsync(isBrowser: true, remoting: Tls(authority, authority));
        await using var front = await TestNode.StartAsync(browser, remoting: Tls(authority, authority));
        await front.LinkedAsync(1);
        Assert.NotNull((await front.Client.FetchAsync(site.Root).Soon()).Response);

        // It trusts the cluster's authority, and has no certificate of it.
        await using var stranger = await TestNode.StartAloneAsync(isBrowser: false, "", null, Tls(other, authority));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<Exception>(() => Akka.Cluster.Cluster.Get(stranger.System).JoinAsync(browser.Address, patience.Token));
        Assert.Equal(2, Akka.Cluster.Cluster.Get(browser.System).State.Members.Count);
        // A node that was never let in cannot leave: it would wait for an answer.
        await stranger.CrashAsync();
    }

    private static RemoteOptions Tls(X509Certificate2 signer, X509Certificate2 authority)
    {
        var node = NodeCertificate(signer);
        // <!-- tls -->
        var remoting = new RemoteOptions
        {
            HostName = "127.0.0.1",
            Port = 0,
            EnableSsl = true,
            Ssl = new SslOptions
            {
                X509Certificate = node,
                RequireMutualAuthentication = true,
                CustomValidator = (certificate, _, _, _, _) => certificate is not null && IsSignedBy(certificate, authority),
            },
        };
        // <!-- /tls -->
        return remoting;

        // <!-- signed -->
        static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(certificate);
        }
        // <!-- /signed -->
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 NodeCertificate(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
