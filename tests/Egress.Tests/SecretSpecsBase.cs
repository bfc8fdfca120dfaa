using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Base: a command with a secret for one host, and a server that says what has arrived.</summary>
public abstract class SecretSpecsBase : EgressSpecs
{
    protected const string Value = "s3cr3t-value-of-the-token";
    protected const string Host = "api.example";

    // The browser trusts this one, by a file, and no other.
    protected static readonly X509Certificate2 Certificate = ProgramSpecs.CertificateFor(Host);
    private static readonly string TrustedFile = Trust(Certificate);

    protected ConcurrentQueue<string> Arrived { get; } = new();

    protected SecretSpecsBase() : base($"actorbrowser.network.trusted-certificates = \"{TrustedFile}\"")
    {
    }

    private static string Trust(X509Certificate2 certificate)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ab-trusted-{Guid.NewGuid():n}.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }

    protected static Spawn With(string line, int port, params string[] rules) =>
        Networked(line, [.. rules, $"{Host}:{port} private"]) with { Secrets = [new CommandSecret("TOKEN", Value, Host, port)] };

    // Records the header fields of each request, and repeats them.
    protected async Task<Site> ApiAsync(string name = Host)
    {
        Names.Set(name, ["127.0.0.1"]);
        return await Site.StartAsync(async context =>
        {
            var fields = string.Join("\n", context.Request.Headers.Select(static field => $"{field.Key}: {field.Value}"));
            Arrived.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n{fields}");
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.WriteAsync($"{fields}\nbody {body.Length}\n");
        }, certificate: name == Host ? Certificate : ProgramSpecs.CertificateFor(name));
    }

    protected async Task<string> OutputAsync(Spawn spawn)
    {
        var run = await RunAsync(spawn);
        Assert.True(run.Exit!.ExitCode == 0, $"{run.Output}\n{run.Error}\n{run.Exit.Blocked}");
        return run.Output.ToString();
    }
}
