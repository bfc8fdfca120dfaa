using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Secrets by reference: real programs, and the real secrets child.</summary>
public sealed class SecretSpecs : SecretSpecsBase
{
    [Fact]
    public async Task The_host_gets_the_secret_and_the_command_only_a_placeholder()
    {
        await using var api = await ApiAsync();
        var output = await OutputAsync(With($"echo placeholder $TOKEN; env; cat /proc/self/environ; curl -sS -H \"Authorization: Bearer $TOKEN\" https://{Host}:{api.Port}/repos", api.Port));
        Assert.Contains($"Authorization: Bearer {Value}", Assert.Single(Arrived), StringComparison.Ordinal);
        Assert.DoesNotContain(Value, output, StringComparison.Ordinal);
        var placeholder = output.Split('\n')[0]["placeholder ".Length..];
        Assert.Equal(Value.Length, placeholder.Length);
        // The host repeats the request: what it repeats is covered.
        Assert.Contains($"Authorization: Bearer {placeholder}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_of_basic_authentication_is_put_in()
    {
        await using var api = await ApiAsync();
        var output = await OutputAsync(With($"curl -sS -u me:$TOKEN https://{Host}:{api.Port}/", api.Port));
        var sent = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"me:{Value}"));
        Assert.Contains($"Authorization: Basic {sent}", Assert.Single(Arrived), StringComparison.Ordinal);
        // What the browser has encoded, it knows again.
        Assert.DoesNotContain(sent, output, StringComparison.Ordinal);
    }

    [FactNeeds("python3", "wget", "git")]
    public async Task Programs_with_different_tls_libraries_trust_the_commands_own_certificates()
    {
        await using var api = await ApiAsync();
        var url = $"https://{Host}:{api.Port}";
        await OutputAsync(With($"wget -q -O - --header \"X-Token: $TOKEN\" {url}/wget", api.Port));
        await OutputAsync(With($"python3 -c 'import os, urllib.request as u; u.urlopen(u.Request(\"{url}/python\", headers={{\"X-Token\": os.environ[\"TOKEN\"]}})).read()'", api.Port));
        await RunAsync(With($"git -c http.extraHeader=\"X-Token: $TOKEN\" ls-remote {url}/git", api.Port));
        Assert.Equal(3, Arrived.Count);
        Assert.All(Arrived, request => Assert.Contains($"X-Token: {Value}", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_host_gets_the_placeholder_and_its_own_tls()
    {
        await using var api = await ApiAsync();
        await using var other = await ApiAsync("other.example");
        var run = await RunAsync(With($"curl -sS -k -H \"X-Token: $TOKEN\" https://other.example:{other.Port}/", api.Port, $"other.example:{other.Port} private"));
        Assert.Equal(0, run.Exit!.ExitCode);
        Assert.DoesNotContain(Value, Assert.Single(Arrived), StringComparison.Ordinal);
        // Its certificate is its own, which the machine does not trust.
        var refused = await RunAsync(With($"curl -sS https://other.example:{other.Port}/", api.Port, $"other.example:{other.Port} private"));
        Assert.Equal(60, refused.Exit!.ExitCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(1 << 20)]
    public async Task Bodies_pass_whole_in_both_directions(int length)
    {
        Names.Set(Host, ["127.0.0.1"]);
        await using var api = await Site.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            body.Position = 0;
            await body.CopyToAsync(context.Response.Body);
        }, certificate: Certificate);
        foreach (var field in new[] { "X-Plain: 1", "Transfer-Encoding: chunked" })
        {
            var output = await OutputAsync(With(
                $"head -c {length} /dev/urandom > /tmp/sent; curl -sS --data-binary @/tmp/sent -H '{field}' -H 'Expect:' -o /tmp/got https://{Host}:{api.Port}/ && cmp /tmp/sent /tmp/got && echo same", api.Port));
            Assert.Equal("same\n", output);
        }
    }

    [Fact]
    public async Task A_lost_secrets_child_ends_its_connections_and_the_next_one_carries_the_next()
    {
        await using var api = await ApiAsync();
        var command = With($"curl -sS https://{Host}:{api.Port}/first; read line; for i in 1 2 3 4 5 6 7 8 9; do curl -sS --max-time 20 -H \"X-Token: $TOKEN\" https://{Host}:{api.Port}/next && break; done", api.Port) with { Input = CommandInput.Pipe };
        var spawned = await StartAsync(command);
        await AwaitConditionAsync(() => Task.FromResult(Arrived.Count == 1), Deadline.Long, Deadline.Often);
        var child = Assert.Single(Names.Launched, static launched => launched.Role == SecretsContract.Name).Child;
        child.Process.Kill();
        await child.Process.Exited.WaitAsync(Deadline.Long);
        await spawned.Session.Ask<InputTaken>(new WriteInput("go\n"u8.ToArray()), Deadline.Long);
        var run = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long * 4)).Snapshot;
        Assert.True(run.Exit!.ExitCode == 0, $"{run.Output}\n{run.Error}");
        Assert.Contains(Arrived, request => request.Contains($"X-Token: {Value}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_carrier_that_fails_ends_its_connections_and_carries_the_next()
    {
        await using var api = await ApiAsync();
        var spawned = await StartAsync(With($"curl -sS https://{Host}:{api.Port}/; read line; for i in 1 2 3 4 5 6 7 8 9; do curl -sS --max-time 20 -H \"X-Token: $TOKEN\" https://{Host}:{api.Port}/next && break; done", api.Port) with { Input = CommandInput.Pipe });
        await AwaitConditionAsync(() => Task.FromResult(Arrived.Count == 1), Deadline.Long, Deadline.Often);
        (await Sys.ActorSelection("/user/browser/commands/*/egress-*/secrets").ResolveOne(Deadline.Long)).Tell(Poison.Instance);
        await spawned.Session.Ask<InputTaken>(new WriteInput("go\n"u8.ToArray()), Deadline.Long);
        var run = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long * 4)).Snapshot;
        Assert.True(run.Exit!.ExitCode == 0, $"{run.Output}\n{run.Error}");
        Assert.Contains(Arrived, request => request.Contains($"X-Token: {Value}", StringComparison.Ordinal));
        Assert.Equal(2, Names.Launched.Count(static launched => launched.Role == SecretsContract.Name));
    }

    [Fact]
    public async Task Fifty_connections_at_once_get_their_own_answers()
    {
        Names.Set(Host, ["127.0.0.1"]);
        await using var api = await Site.StartAsync(context => context.Response.WriteAsync($"{context.Request.Path}{context.Request.Headers["X-Token"]}"), certificate: Certificate);
        var output = await OutputAsync(With(
            $"for i in $(seq 50); do (curl -sS -H \"X-Token: $TOKEN\" -o /tmp/$i https://{Host}:{api.Port}/$i; [ \"$(cat /tmp/$i)\" = \"/$i$TOKEN\" ] && echo right) & done; wait", api.Port));
        Assert.Equal(50, output.Split('\n').Count(static line => line == "right"));
    }
}
