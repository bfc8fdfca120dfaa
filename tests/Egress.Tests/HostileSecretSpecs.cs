using System.Security.Cryptography.X509Certificates;
using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Commands, hosts and callers that would give a secret away.</summary>
public sealed class HostileSecretSpecs : SecretSpecsBase
{
    [Theory]
    [InlineData("-H 'Host: other.example'", "403")]
    [InlineData("-H 'Transfer-Encoding: chunked' -H 'Content-Length: 3' -d abc", "400")]
    [InlineData("-H 'X-Token: $TOKEN' --request-target http://other.example/", "400")]
    public async Task A_request_for_somebody_else_on_the_hosts_connection_is_refused(string options, string code)
    {
        await using var api = await ApiAsync();
        Assert.Equal(code, await OutputAsync(With($"curl -sS --http1.1 -o /dev/null -w '%{{http_code}}' {options} https://{Host}:{api.Port}/", api.Port)));
        Assert.Empty(Arrived);
    }

    // A command that sees how far a text of its own agrees with the value finds the value, a character at a time.
    [Fact]
    public async Task What_begins_like_the_value_comes_as_the_host_has_sent_it()
    {
        Names.Set(Host, ["127.0.0.1"]);
        using var seen = new SemaphoreSlim(0);
        await using var api = await Site.StartAsync(async context =>
        {
            context.Response.ContentLength = Value.Length;
            foreach (var part in new[] { Value[..1], Value[1..20], Value[20..] })
            {
                await context.Response.WriteAsync(part);
                await context.Response.Body.FlushAsync();
                await seen.WaitAsync(Deadline.Long);
            }
        }, certificate: Certificate);
        var spawned = await StartAsync(With($"curl -sSN https://{Host}:{api.Port}/", api.Port));
        foreach (var length in new[] { 1, 20, Value.Length })
        {
            await AwaitConditionAsync(async () => (await spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Output.ToString() == Value[..length], Deadline.Long, Deadline.Often);
            seen.Release();
        }
    }

    [Fact]
    public async Task A_secret_that_is_a_part_of_another_leaves_nothing_of_it()
    {
        await using var api = await ApiAsync();
        var output = await OutputAsync(With($"curl -sS -H \"X-Both: $BOTH\" https://{Host}:{api.Port}/", api.Port) with
        {
            Secrets = [new CommandSecret("TOKEN", Value, Host, api.Port), new CommandSecret("BOTH", $"{Value}:and-a-password", Host, api.Port)],
        });
        Assert.Contains($"X-Both: {Value}:and-a-password", Assert.Single(Arrived), StringComparison.Ordinal);
        Assert.DoesNotContain("and-a-password", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_certificate_has_dates_that_are_none_costs_its_own_connection_alone()
    {
        await using var api = await ApiAsync();
        await using var odd = OddTls();
        var run = await RunAsync(With(
            $"for i in 1 2 3; do curl -sS -k -i --max-time 20 -H \"X-Token: $TOKEN\" https://127.0.0.1:{odd.Port}/; done; curl -sS -H \"X-Token: $TOKEN\" https://{Host}:{api.Port}/", api.Port) with
        {
            Secrets = [new CommandSecret("TOKEN", Value, Host, api.Port), new CommandSecret("ODD", Value, "127.0.0.1", odd.Port)],
        });
        Assert.Equal(0, run.Exit!.ExitCode);
        Assert.Contains("502 Bad Gateway", run.Output.ToString(), StringComparison.Ordinal);
        Assert.Single(Arrived);
        Assert.Single(Names.Launched, static launched => launched.Role == SecretsContract.Name);
    }

    // Its certificate's end is no date.
    private static RawServer OddTls()
    {
        var bytes = ProgramSpecs.CertificateFor("127.0.0.1").Export(X509ContentType.Pkcs12);
        using var whole = X509CertificateLoader.LoadPkcs12(bytes, null, X509KeyStorageFlags.Exportable);
        using var key = whole.GetECDsaPrivateKey()!;
        var raw = whole.RawData;
        // The second UTCTime (tag 23, 13 characters, the last one Z).
        var first = raw.AsSpan().IndexOf((ReadOnlySpan<byte>)[23, 13]);
        var second = first + 2 + raw.AsSpan(first + 2).IndexOf((ReadOnlySpan<byte>)[23, 13]);
        raw[second + 2 + 10] = (byte)'A';
        raw[second + 2 + 11] = (byte)'A';
        var certificate = X509CertificateLoader.LoadCertificate(raw).CopyWithPrivateKey(key);
        var context = System.Net.Security.SslStreamCertificateContext.Create(certificate, null, offline: true);
        return new RawServer(async (stream, stop) =>
        {
            await using var tls = new System.Net.Security.SslStream(stream);
            await tls.AuthenticateAsServerAsync(new System.Net.Security.SslServerAuthenticationOptions { ServerCertificateContext = context }, stop);
            await tls.CopyToAsync(Stream.Null, stop);
        });
    }

    [Fact]
    public async Task A_host_whose_certificate_is_not_trusted_gets_no_request()
    {
        Names.Set(Host, ["127.0.0.1"]);
        using var untrusted = ProgramSpecs.CertificateFor(Host);
        await using var api = await Site.StartAsync(context =>
        {
            Arrived.Enqueue("");
            return Task.CompletedTask;
        }, certificate: untrusted);
        var run = await RunAsync(With($"curl -sS -i -H \"X-Token: $TOKEN\" https://{Host}:{api.Port}/", api.Port));
        Assert.Contains("502 Bad Gateway", run.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("not among the trusted ones", run.Output.ToString(), StringComparison.Ordinal);
        Assert.Empty(Arrived);
    }

    [Fact]
    public async Task Over_plain_http_the_placeholder_stays_and_the_command_is_told()
    {
        Names.Set(Host, ["127.0.0.1"]);
        await using var plain = await Site.StartAsync(context => context.Response.WriteAsync($"{context.Request.Headers["X-Token"]}"));
        var run = await RunAsync(With($"curl -sS -H \"X-Token: $TOKEN\" http://{Host}:{plain.Port}/; curl -sS http://{Host}:{plain.Port}/", 443, $"{Host}:{plain.Port} private"));
        Assert.Matches("^[A-Za-z0-9]{25}$", run.Output.ToString());
        Assert.Single(run.Error.ToString().Split('\n'), static line => line.Contains("goes without the secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("$(printf %s \"me:$TOKEN\" | base64 -w0)", true)]
    [InlineData("$(printf %s \"me:$TOKEN\" | base64 -w0 | sed 's/..../& /')", false)]
    public async Task Basic_that_is_written_in_another_way_is_not_filled(string credentials, bool isFilled)
    {
        await using var api = await ApiAsync();
        var output = await OutputAsync(With($"curl -sS -H \"Authorization: Basic {credentials}\" https://{Host}:{api.Port}/", api.Port));
        var sent = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"me:{Value}"));
        Assert.Equal(isFilled, Assert.Single(Arrived).Contains(sent, StringComparison.Ordinal));
        Assert.DoesNotContain(sent, output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_placeholder_in_a_url_stays_one_and_the_command_is_told()
    {
        await using var api = await ApiAsync();
        var run = await RunAsync(With($"curl -sS \"https://{Host}:{api.Port}/?key=$TOKEN\"", api.Port));
        Assert.DoesNotContain(Value, Assert.Single(Arrived), StringComparison.Ordinal);
        Assert.Contains("A placeholder is in a request's URL", run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_speak_tls_and_one_with_its_own_certificates_are_told_why()
    {
        await using var api = await ApiAsync();
        var plain = await RunAsync(With($"curl -sS --max-time 20 -x http://127.0.0.1:1 --noproxy '*' http://{Host}:{api.Port}/; curl -sS -p --max-time 20 http://{Host}:{api.Port}/", api.Port));
        Assert.NotEqual(0, plain.Exit!.ExitCode);
        Assert.Contains("A program does not speak TLS with", plain.Error.ToString(), StringComparison.Ordinal);
        var own = await RunAsync(With($"curl -sS --cacert /dev/null https://{Host}:{api.Port}/", api.Port));
        Assert.NotEqual(0, own.Exit!.ExitCode);
        Assert.Empty(Arrived);
    }

    [Theory]
    [InlineData("TOKEN", "short", Host, 443, "has 5 characters")]
    [InlineData("1TOKEN", Value, Host, 443, "not a variable's name")]
    [InlineData("TO=KEN", Value, Host, 443, "not a variable's name")]
    [InlineData("TOKEN", "line\nend-of-it", Host, 443, "visible ASCII")]
    [InlineData("TOKEN", Value, "*.example", 443, "name one host")]
    [InlineData("TOKEN", Value, "", 443, "name one host")]
    [InlineData("TOKEN", Value, Host, 80, "over TLS")]
    [InlineData("TOKEN", Value, Host, 0, "over TLS")]
    public void A_wrong_secret_is_refused_without_its_value(string name, string value, string host, int port, string sentence)
    {
        var refused = Assert.Throws<ArgumentException>(() => new CommandSecret(name, value, host, port));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_would_give_the_command_the_value_is_refused()
    {
        var spawn = With("true", 443);
        Assert.DoesNotContain(Value, $"{spawn.Secrets![0]}", StringComparison.Ordinal);
        await RefusedAsync(Spawn.Shell($"echo {Value}") with { Secrets = spawn.Secrets }, "An argument holds the value");
        await RefusedAsync(spawn with { Environment = CommandEnvironment.Default with { Variables = new Dictionary<string, CommandText> { ["OTHER"] = $"x{Value}" } } }, "The variable OTHER holds the value");
        await RefusedAsync(spawn with { Environment = CommandEnvironment.Default with { Variables = new Dictionary<string, CommandText> { ["TOKEN"] = "y" } } }, "have the same name");
        await RefusedAsync(spawn with { Secrets = [.. spawn.Secrets!, .. spawn.Secrets!] }, "2 secrets named TOKEN");
        await RefusedAsync(spawn with { Secrets = [null!] }, "is null");
        await RefusedAsync(spawn with { Secrets = [new CommandSecret("https_proxy", Value, Host)] }, "cannot be named https_proxy");
        await RefusedAsync(spawn with { World = "shared" }, "needs a world of its own");
        await RefusedAsync(spawn with { Profile = "command-workspace", Egress = null }, "no named egress");
    }

    [Fact]
    public async Task An_inherited_variable_that_holds_the_value_is_left_out()
    {
        Environment.SetEnvironmentVariable("AB_SECRET_SPECS", $"x{Value}");
        var output = await OutputAsync(With("env", 443) with { Environment = CommandEnvironment.AllowList("PATH", "AB_SECRET_SPECS") });
        Assert.Contains("PATH=", output, StringComparison.Ordinal);
        Assert.DoesNotContain("AB_SECRET_SPECS", output, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(Spawn spawn, string sentence)
    {
        var refused = Assert.IsType<SpawnRefused>(await Browser.Ask<IEvent>(spawn, Deadline.Long));
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Value, refused.Message, StringComparison.Ordinal);
    }
}
