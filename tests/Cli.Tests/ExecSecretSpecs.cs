using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>exec --secret</c>, and where the value may not be seen.</summary>
public sealed class ExecSecretSpecs
{
    private const string Value = "s3cr3t-value-of-the-token";

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(TestChildProgram.Command, ["exec", .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AB_TOKEN"] = Value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        return await process.OutcomeAsync();
    }

    [FactNeeds("curl")]
    public async Task The_command_has_a_placeholder_and_a_host_that_cannot_prove_who_it_is_gets_nothing()
    {
        var arrived = 0;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using var site = await Site.StartAsync(context =>
        {
            Interlocked.Increment(ref arrived);
            return context.Response.WriteAsync("no");
        }, certificate: certificate);
        var (code, output, error) = await RunAsync("--secret", $"TOKEN=env:AB_TOKEN@127.0.0.1:{site.Port}", "--", "sh", "-c", $"env; curl -sS -H \"X-Token: $TOKEN\" https://127.0.0.1:{site.Port}/");
        Assert.True(code == 0, error);
        Assert.Matches($"(?m)^TOKEN=[A-Za-z0-9]{{{Value.Length}}}$", output);
        Assert.DoesNotContain(Value, output + error, StringComparison.Ordinal);
        Assert.Contains("is self-signed and not among the trusted ones", output, StringComparison.Ordinal);
        Assert.Equal(0, arrived);
    }

    [Fact]
    public async Task A_file_holds_a_secret_and_its_last_line_end_does_not_belong_to_it()
    {
        var file = Path.Combine(Path.GetTempPath(), $"ab-secret-{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(file, Value + "\n");
        try
        {
            var (code, output, error) = await RunAsync("--secret", $"TOKEN=file:{file}@example.org", "--", "sh", "-c", "printf %s \"$TOKEN\" | wc -c");
            Assert.Equal((0, $"{Value.Length}\n"), (code, output));
            Assert.Equal("", error);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_file_that_the_command_could_read_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("ab-secret-");
        try
        {
            var file = Path.Combine(folder.FullName, "token");
            await File.WriteAllTextAsync(file, Value);
            foreach (var options in new[] { new[] { "--cwd", folder.FullName }, ["--read", folder.FullName], ["--read", file] })
            {
                var (code, output, error) = await RunAsync([.. options, "--secret", $"TOKEN=file:{file}@example.org", "--", "true"]);
                Assert.Equal((2, ""), (code, output));
                Assert.Contains("which commands may read: keep it elsewhere", error, StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("TOKEN=s3cr3t-value-of-the-token@example.org", "--secret takes NAME=env:VARIABLE@HOST")]
    [InlineData("TOKEN=env:AB_TOKEN", "--secret takes NAME=env:VARIABLE@HOST")]
    [InlineData("=env:AB_TOKEN@example.org", "--secret takes NAME=env:VARIABLE@HOST")]
    [InlineData("TOKEN=env:AB_ABSENT@example.org", "the variable AB_ABSENT is not set")]
    [InlineData("TOKEN=file:/no/such/file@example.org", "/no/such/file cannot be read")]
    [InlineData("TOKEN=pass:AB_TOKEN@example.org", "env:VARIABLE or file:PATH")]
    [InlineData("TOKEN=env:AB_TOKEN@example.org:80", "over TLS")]
    [InlineData("TOKEN=env:AB_TOKEN@example.org:x", "is not a host, or a host and a port")]
    [InlineData("TOKEN=env:AB_TOKEN@*.example.org", "name one host")]
    public async Task A_wrong_secret_starts_nothing_and_is_not_repeated(string secret, string sentence)
    {
        var (code, output, error) = await RunAsync("--secret", secret, "--", "true");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(sentence, error, StringComparison.Ordinal);
        Assert.DoesNotContain(Value, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_in_an_argument_or_a_variable_is_refused()
    {
        const string Secret = "TOKEN=env:AB_TOKEN@example.org";
        Assert.Contains("An argument holds the value", (await RunAsync("--secret", Secret, "--", "echo", Value)).Error, StringComparison.Ordinal);
        Assert.Contains("The variable OTHER holds the value", (await RunAsync("--secret", Secret, "--env", $"OTHER={Value}", "--", "true")).Error, StringComparison.Ordinal);
        Assert.Contains("no named egress", (await RunAsync("--secret", Secret, "--profile", "command-workspace", "--", "true")).Error, StringComparison.Ordinal);
    }
}
