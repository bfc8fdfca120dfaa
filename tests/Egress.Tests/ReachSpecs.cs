using System.Net;
using System.Net.Sockets;
using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>What a command reaches, and what it does not, with real clients and servers.</summary>
public sealed class ReachSpecs : EgressSpecs
{
    private const string Direct = "curl --noproxy '*' -sS -m 20";
    private const string Proxied = "curl -sS -m 20";
    private const string Tunnelled = "curl -p -sS -m 20";
    private const string Socks = "curl -x socks5h://127.0.0.1:3128 -sS -m 20";

    private static Task<Site> SiteAsync() => Site.StartAsync(static async context =>
    {
        if (context.Request.Path == "/away")
            context.Response.Redirect("http://away.example:" + context.Request.Query["port"] + "/");
        else
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Host} {context.Request.Path}");
    });

    [TheoryNeeds("curl")]
    [InlineData(Direct)]
    [InlineData(Proxied)]
    [InlineData(Tunnelled)]
    [InlineData(Socks)]
    public async Task A_granted_host_is_reached_by_name_and_another_is_not(string client)
    {
        await using var site = await SiteAsync();
        Names.Set("granted.example", ["127.0.0.1"]);
        Names.Set("other.example", ["127.0.0.1"]);
        Assert.Equal($"GET granted.example:{site.Port} /a", await OutputOfAsync($"{client} http://granted.example:{site.Port}/a", $"granted.example:{site.Port} private"));
        var refused = await RunAsync($"{client} -f http://other.example:{site.Port}/a", $"granted.example:{site.Port} private");
        Assert.NotEqual(0, refused.Exit!.ExitCode);
        Assert.Equal("", refused.Output.ToString());
        Assert.Contains("No rule grants", refused.Exit.Blocked, StringComparison.Ordinal);
        Assert.Contains("other.example", refused.Exit.Blocked, StringComparison.Ordinal);
        Assert.Contains("ActorBrowser: No rule grants", refused.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("other.example", Names.Asked);
    }

    [TheoryNeeds("curl")]
    [InlineData(Direct)]
    [InlineData(Proxied)]
    [InlineData(Tunnelled)]
    [InlineData(Socks)]
    public async Task An_address_is_reached_only_if_a_rule_names_it(string client)
    {
        await using var site = await SiteAsync();
        Assert.Equal($"GET 127.0.0.1:{site.Port} /", await OutputOfAsync($"{client} http://127.0.0.1:{site.Port}/", $"127.0.0.1:{site.Port}"));
        // The rule for all public hosts has no loopback address, and neither has one for another port.
        foreach (var rule in new[] { "*:*", "127.0.0.1:1", "127.0.0.2:*" })
        {
            var refused = await RunAsync($"{client} -f http://127.0.0.1:{site.Port}/", rule);
            Assert.NotEqual(0, refused.Exit!.ExitCode);
            Assert.Equal("", refused.Output.ToString());
        }
    }

    [FactNeeds("curl")]
    public async Task A_command_without_a_rule_reaches_nothing_and_is_told_how_to_grant()
    {
        await using var site = await SiteAsync();
        var run = await RunAsync($"{Proxied} -f http://localhost:{site.Port}/; {Direct} http://127.0.0.1:{site.Port}/; {Direct} http://example.org/; exit 7");
        Assert.Equal("", run.Output.ToString());
        Assert.Contains($"exec --allow-host 'localhost:{site.Port} private')", run.Exit!.Blocked, StringComparison.Ordinal);
        Assert.Contains("exec --allow-host 'example.org')", run.Exit.Blocked, StringComparison.Ordinal);
        Assert.Empty(Names.Asked);
    }

    [TheoryNeeds("curl")]
    [InlineData("-d x", "127.0.0.1", "", "POST 127.0.0.1:PORT")]
    [InlineData("-d x", "127.0.0.1", "GET 127.0.0.1:PORT", "POST 127.0.0.1:PORT")]
    [InlineData("-d x", "inner.example", "GET inner.example:PORT private", "POST inner.example:PORT private")]
    [InlineData("", "inner.example", "POST inner.example:PORT private", "GET inner.example:PORT private")]
    [InlineData("", "localhost", "", "localhost:PORT private")]
    [InlineData("-X PURGE-ALL", "127.0.0.1", "", "PURGE-ALL 127.0.0.1:PORT")]
    [InlineData("-X get", "127.0.0.1", "GET 127.0.0.1:PORT", "127.0.0.1:PORT")]
    public async Task The_rule_that_a_refusal_names_grants_what_was_refused(string request, string host, string rules, string advice)
    {
        await using var site = await SiteAsync();
        Names.Set("inner.example", ["127.0.0.1"]);
        Names.Set("localhost", ["127.0.0.1"]);
        string[] granted = rules.Length == 0 ? [] : [WithPort(rules)];
        var line = $"{Proxied} -f {request} http://{host}:{site.Port}/";
        var refused = await RunAsync(line, granted);
        Assert.Equal(22, refused.Exit!.ExitCode);
        Assert.Contains($"add '{WithPort(advice)}' to Spawn.Egress (exec --allow-host '{WithPort(advice)}') or", refused.Exit.Blocked, StringComparison.Ordinal);
        Assert.EndsWith($" {host}:{site.Port} /", await OutputOfAsync(line, [.. granted, WithPort(advice)]), StringComparison.Ordinal);

        string WithPort(string text) => text.Replace("PORT", $"{site.Port}", StringComparison.Ordinal);
    }

    [FactNeeds("curl")]
    public async Task The_answer_to_a_refused_program_says_why()
    {
        Assert.Equal("403", await OutputOfAsync($"{Proxied} -o /dev/null -w '%{{http_code}}' http://example.org/"));
        Assert.StartsWith("ActorBrowser: No rule grants GET http://example.org:80;", await OutputOfAsync($"{Proxied} http://example.org/"), StringComparison.Ordinal);
        // 97 is a proxy's refusal, 6 a name that does not resolve, 35 and 56 a reset, 7 a refused connection.
        Assert.Contains("(2)", (await RunAsync($"{Socks} http://example.org/; exit 1")).Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(6, (await RunAsync($"{Direct} http://example.org/")).Exit!.ExitCode);
        // 7 if the reset is there before curl looks whether it is connected.
        Assert.Contains((await RunAsync($"{Direct} https://93.184.215.14/")).Exit!.ExitCode!.Value, new[] { 7, 35, 56 });
        Assert.Equal(7, (await RunAsync($"{Direct} http://93.184.215.14:12345/")).Exit!.ExitCode);
    }

    [FactNeeds("curl")]
    public async Task A_host_that_is_granted_and_not_there_is_told_as_such()
    {
        var port = FreePort();
        Names.Set("granted.example", ["127.0.0.1"]);
        Assert.Equal("502", await OutputOfAsync($"{Proxied} -o /dev/null -w '%{{http_code}}' http://granted.example:{port}/", $"granted.example:{port} private"));
        Assert.Equal("502", await OutputOfAsync($"{Proxied} -o /dev/null -w '%{{http_code}}' http://unknown.example/", "unknown.example"));
        Assert.Contains("could not be resolved", await OutputOfAsync($"{Proxied} http://unknown.example/", "unknown.example"), StringComparison.Ordinal);
    }

    [FactNeeds("curl")]
    public async Task A_granted_name_with_a_private_address_is_refused_unless_its_rule_says_private()
    {
        await using var site = await SiteAsync();
        Names.Set("inner.example", ["127.0.0.1"]);
        var refused = await RunAsync($"{Proxied} -f http://inner.example:{site.Port}/", $"inner.example:{site.Port}");
        Assert.Equal(22, refused.Exit!.ExitCode);
        Assert.Contains("is a loopback address", refused.Exit.Blocked, StringComparison.Ordinal);
        Assert.Contains("'private'", refused.Exit.Blocked, StringComparison.Ordinal);
        await OutputOfAsync($"{Proxied} -f http://inner.example:{site.Port}/", $"inner.example:{site.Port} private");
        await OutputOfAsync($"{Proxied} -f http://inner.example:{site.Port}/", $"inner.example:{site.Port}", $"127.0.0.1:{site.Port}");
    }

    [FactNeeds("curl")]
    public async Task A_name_that_is_public_first_and_private_next_reaches_nothing_private()
    {
        await using var site = await SiteAsync();
        // The first answer is checked and connected to; the second is another question's, and is checked again.
        Names.Set("rebind.example", ["203.0.113.1"], ["127.0.0.1"]);
        for (var i = 0; i < 3; i++)
        {
            var run = await RunAsync($"{Proxied} -f http://rebind.example:{site.Port}/", "*:*");
            Assert.NotEqual(0, run.Exit!.ExitCode);
            Assert.Equal("", run.Output.ToString());
        }
        // Of several addresses only those that pass are tried.
        Names.Set("both.example", ["10.255.255.1", "127.0.0.1"]);
        await OutputOfAsync($"{Proxied} -f http://both.example:{site.Port}/", $"both.example:{site.Port}", $"127.0.0.1:{site.Port}");
    }

    [FactNeeds("curl")]
    public async Task A_redirect_to_a_host_that_is_not_granted_leads_nowhere()
    {
        await using var site = await SiteAsync();
        Names.Set("granted.example", ["127.0.0.1"]);
        Names.Set("away.example", ["127.0.0.1"]);
        var run = await RunAsync($"{Proxied} -f -L 'http://granted.example:{site.Port}/away?port={site.Port}'", $"granted.example:{site.Port} private");
        Assert.Equal(22, run.Exit!.ExitCode);
        Assert.Contains($"No rule grants GET http://away.example:{site.Port}", run.Exit.Blocked, StringComparison.Ordinal);
    }

    [FactNeeds("curl")]
    public async Task Methods_are_told_apart_and_a_tunnel_hides_none()
    {
        await using var site = await SiteAsync();
        var rule = $"GET http://127.0.0.1:{site.Port}";
        Assert.StartsWith("GET", await OutputOfAsync($"{Proxied} -f http://127.0.0.1:{site.Port}/", rule), StringComparison.Ordinal);
        Assert.Equal(22, (await RunAsync($"{Proxied} -f -d x http://127.0.0.1:{site.Port}/", rule)).Exit!.ExitCode);
        foreach (var client in new[] { Tunnelled, Socks, Direct })
            Assert.NotEqual(0, (await RunAsync($"{client} -f -d x http://127.0.0.1:{site.Port}/", rule)).Exit!.ExitCode);
    }

    [FactNeeds("curl")]
    public async Task What_a_rule_denies_no_other_rule_grants()
    {
        await using var site = await SiteAsync();
        Names.Set("ads.example", ["127.0.0.1"]);
        foreach (var client in new[] { Proxied, Tunnelled, Socks, Direct })
        {
            var run = await RunAsync($"{client} -f http://ads.example:{site.Port}/", $"ads.example:{site.Port} private", "!ads.example");
            Assert.NotEqual(0, run.Exit!.ExitCode);
            Assert.Contains("The rule '!ads.example' denies", run.Exit.Blocked, StringComparison.Ordinal);
        }
    }

    [TheoryNeeds("curl")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(20_000_000)]
    public async Task Bytes_pass_both_ways_whole_and_in_order(int length)
    {
        await using var site = await Site.StartAsync(static async context =>
        {
            context.Response.ContentLength = context.Request.ContentLength;
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        foreach (var client in new[] { Proxied, Tunnelled, Direct })
        {
            var output = await OutputOfAsync(
                $"head -c {length} /dev/urandom > a; {client} -f -H 'Expect:' --data-binary @a http://127.0.0.1:{site.Port}/ > b && cmp a b && echo same", $"127.0.0.1:{site.Port}");
            Assert.Equal("same\n", output);
        }
    }

    [FactNeeds("curl", "python3")]
    public async Task A_connection_ends_however_many_pieces_came_before_its_end()
    {
        // The end may be read in any of the turns that a flow takes at once.
        await using var server = new RawServer(static async (stream, stop) =>
        {
            var pieces = stream.ReadByte() - 64;
            await stream.WriteAsync(new byte[pieces * 20_000], stop);
        });
        const string script = """
            import socket,sys
            for n in range(1,41):
             s=socket.create_connection(('127.0.0.1',3128));s.sendall(b'CONNECT 127.0.0.1:'+sys.argv[1].encode()+b' HTTP/1.1\r\n\r\n');s.settimeout(20)
             r=b''
             while not r.endswith(b'\r\n\r\n'): r+=s.recv(1)
             s.sendall(bytes([64+n]));m=0
             while True:
              d=s.recv(5000)
              if not d: break
              m+=len(d)
             assert m==n*20000,(n,m)
            print('all')
            """;
        Assert.Equal("all\n", await OutputOfAsync($"cat > $TMPDIR/s.py <<'END'\n{script}\nEND\n/usr/bin/python3 $TMPDIR/s.py {server.Port}", $"127.0.0.1:{server.Port}"));
    }

    [FactNeeds("curl")]
    public async Task Each_half_of_a_connection_ends_by_itself()
    {
        await using var server = new RawServer(static async (stream, stop) =>
        {
            // Answers only when the other side has ended its half.
            var buffer = new byte[4096];
            var total = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer, stop)) > 0)
                total += read;
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{total}\n"), stop);
        });
        const string script = """
            import socket,sys
            s=socket.create_connection((sys.argv[1],int(sys.argv[2])));s.sendall(b'x'*100000);s.shutdown(socket.SHUT_WR)
            print(s.recv(100).decode().strip())
            """;
        Names.Set("granted.example", ["127.0.0.1"]);
        Assert.Equal("100000\n", await OutputOfAsync($"/usr/bin/python3 -c \"{script}\" granted.example {server.Port}", $"granted.example:{server.Port} private"));
    }

    [FactNeeds("curl")]
    public async Task A_profile_without_a_named_egress_takes_no_rules_and_naming_hosts_alone_chooses_one_with_it()
    {
        var spawned = await Browser.Ask<Spawned>(Spawn.Shell("test -n \"$http_proxy\"") with { Egress = ["example.org"] }, Deadline.Long);
        Assert.Equal(0, (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot.Exit!.ExitCode);
        var refused = await Browser.Ask<SpawnRefused>(Spawn.Shell("true") with { Egress = ["example.org"], Profile = "command-workspace" }, Deadline.Long);
        Assert.Equal(SpawnFailure.InvalidRequest, refused.Kind);
        Assert.Contains("has no named egress", refused.Message, StringComparison.Ordinal);
        refused = await Browser.Ask<SpawnRefused>(Networked("true", "exa*mple"), Deadline.Long);
        Assert.Contains("is not the name of a host", refused.Message, StringComparison.Ordinal);
    }

    [FactNeeds("curl")]
    public async Task The_real_resolver_finds_the_machine_s_names()
    {
        Names.IsReal = true;
        await using var site = await SiteAsync();
        Assert.StartsWith("GET", await OutputOfAsync($"{Proxied} -f http://localhost:{site.Port}/", $"localhost:{site.Port} private"), StringComparison.Ordinal);
        Assert.Contains("could not be resolved", await OutputOfAsync($"{Proxied} http://no-such-name.invalid/", "no-such-name.invalid"), StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
