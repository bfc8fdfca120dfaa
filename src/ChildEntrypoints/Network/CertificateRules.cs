using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Decides which certificates are accepted, and words the reason for a refusal.</summary>
internal sealed class CertificateRules
{
    private const int NamesShown = 5;

    private readonly X509Certificate2Collection _trusted = [];

    /// <summary>Trusts the system's roots and further certificates.</summary>
    /// <param name="pem">Certificates in PEM; empty for none.</param>
    /// <exception cref="CryptographicException">The text is not PEM.</exception>
    internal CertificateRules(string pem)
    {
        if (pem.Length > 0)
            _trusted.ImportFromPem(pem);
    }

    /// <summary>TLS options for every connection.</summary>
    internal SslClientAuthenticationOptions Options() => new()
    {
        RemoteCertificateValidationCallback = Validate,
        CertificateChainPolicy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // A certificate may name URLs from which to fetch issuers, and such fetches would bypass the address policy.
            DisableCertificateDownloads = true,
        },
    };

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        var host = FetchUrl.Show((sender as SslStream)?.TargetHostName ?? "");
        try
        {
            Check(host, certificate, chain, errors);
            return true;
        }
        catch (CryptographicException e)
        {
            // Such as dates that are no dates.
            throw Refuse($"The certificate of '{host}' cannot be read: {FetchUrl.Show(e.Message).TrimEnd('.')}.");
        }
    }

    private void Check(string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            throw Refuse($"The server of '{host}' sent no certificate.");
        var leaf = certificate as X509Certificate2 ?? X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var problem = Problem(leaf, chain.ChainStatus, Flags(chain.ChainStatus));
            if (problem is not null && _trusted.Count > 0)
                problem = ProblemWithOwnRoots(leaf, chain);
            if (problem is not null)
                throw Refuse($"The certificate of '{host}' {problem}.");
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw Refuse($"The certificate is not for '{host}' but for {NamesOf(leaf)}.");
    }

    private string? ProblemWithOwnRoots(X509Certificate2 leaf, X509Chain sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_trusted);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        foreach (var element in sent.ChainElements)
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(leaf) ? null : Problem(leaf, chain.ChainStatus, Flags(chain.ChainStatus));
    }

    /// <summary>Completes "The certificate of 'host' …" with the most important problem; null if there is none.</summary>
    private static string? Problem(X509Certificate2 leaf, X509ChainStatus[] statuses, X509ChainStatusFlags flags)
    {
        if (flags == X509ChainStatusFlags.NoError)
            return null;
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            var now = DateTime.UtcNow;
            if (leaf.NotAfter.ToUniversalTime() < now)
                return $"expired on {Day(leaf.NotAfter)}";
            return leaf.NotBefore.ToUniversalTime() > now
                ? $"is not valid before {Day(leaf.NotBefore)}"
                : "was issued by an authority whose own certificate is expired or not yet valid";
        }
        if (flags.HasFlag(X509ChainStatusFlags.Revoked))
            return "has been revoked";
        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return leaf.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData)
                ? "is self-signed and not among the trusted ones"
                : $"was issued by '{FetchUrl.Show(leaf.Issuer)}', which is not trusted";
        }
        if (flags.HasFlag(X509ChainStatusFlags.NotValidForUsage))
            return "is not meant for servers";
        if (flags.HasFlag(X509ChainStatusFlags.NotSignatureValid))
            return "has an invalid signature";
        return $"is not acceptable: {statuses[0].StatusInformation.Trim().TrimEnd('.')}";
    }

    private static X509ChainStatusFlags Flags(X509ChainStatus[] statuses)
    {
        var flags = X509ChainStatusFlags.NoError;
        foreach (var status in statuses)
            flags |= status.Status;
        return flags;
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions)
        {
            if (extension is not X509SubjectAlternativeNameExtension alternatives)
                continue;
            foreach (var name in alternatives.EnumerateDnsNames())
                names.Add($"'{FetchUrl.Show(name)}'");
            foreach (var address in alternatives.EnumerateIPAddresses())
                names.Add($"'{address}'");
        }
        if (names.Count == 0)
            return $"'{FetchUrl.Show(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false))}' (it lists no names)";
        var shown = string.Join(", ", names.Take(NamesShown));
        return names.Count > NamesShown ? $"{shown} and {names.Count - NamesShown} more" : shown;
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static FetchFailedException Refuse(string sentence) => new(FetchErrorKind.Tls, sentence);
}
