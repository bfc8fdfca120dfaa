using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ActorBrowser.AgentsTests;

/// <summary><c>serve</c> and its clients, run as a user runs them.</summary>
public sealed class ServeSpecs : ServeProgram, IAsyncLifetime
{
    private Process _server = null!;

    public Task InitializeAsync() => StartAsync();

    private async Task StartAsync()
    {
        _server = Start("serve");
        Assert.Equal($"actorbrowser: serving at {Socket}", await _server.StandardError.ReadLineAsync().Soon());
    }

    public async Task DisposeAsync()
    {
        if (!_server.HasExited)
            await Signals.SendAsync(_server.Id, "TERM");
        await _server.WaitForExitAsync().Soon();
        _server.Dispose();
        DeleteFolders();
    }

    // Children of the server, but not of its client.
    private bool IsOfServer(string mark)
    {
        for (var pid = ProcessTable.WithArgument(mark).FirstOrDefault(); pid > 1; pid = ProcessTable.ParentOf(pid))
        {
            if (pid == _server.Id)
                return true;
        }
        return false;
    }

    [Fact]
    public async Task Exec_goes_through_it_and_does_what_it_does_alone()
    {
        foreach (var alone in (bool[])[false, true])
        {
            string[] exec = alone ? ["exec", "--alone"] : ["exec"];
            var (code, output, error) = await RunAsync([.. exec, "-e", "X=a=b", "--", "sh", "-c", "cat; echo $X $LANG; pwd; printf 'e\\377' >&2; exit 5"], "in\n");
            Assert.Equal((5, $"in\na=b xx_XX\n{Work.FullName}\n", "e\uFFFD"), (code, output, error));
            Assert.Equal((127, ""), ((await RunAsync([.. exec, "--", "no-such-program"])).Code, (await RunAsync([.. exec, "--", "no-such-program"])).Output));
            Assert.Equal(124, (await RunAsync([.. exec, "--timeout", "0.2", "--", "sleep", "60"])).Code);
            Assert.Equal(128 + 9, (await RunAsync([.. exec, "--", "sh", "-c", "kill -9 $$"])).Code);
            Assert.Equal(2, (await RunAsync([.. exec, "--profile", "none-such", "--", "true"])).Code);
            Assert.Equal(3, JsonDocument.Parse((await RunAsync([.. exec, "--json", "--", "sh", "-c", "exit 3"])).Output).RootElement.GetProperty("exit_code").GetInt32());
            var long_ = await RunAsync([.. exec, "--", "seq", "1", "300000"]);
            Assert.Equal(string.Concat(Enumerable.Range(1, 300_000).Select(static n => $"{n}\n")), long_.Output);
        }
        // All of those of the server, and none that was run alone.
        Assert.Equal(0, (await ListAsync()).Count(static row => row.GetProperty("status").GetString() == "running"));
    }

    [Fact]
    public async Task A_command_of_exec_runs_in_the_server_and_ends_with_its_client()
    {
        foreach (var signal in (string[])["KILL", "INT", "TERM"])
        {
            var mark = $"79{Random.Shared.Next(100_000, 999_999)}";
            using var client = Start("exec", "--", "sh", "-c", $"trap 'exit 7' TERM INT; sleep {mark} & wait");
            await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count > 0, Deadline.Long);
            Assert.True(IsOfServer(mark));
            await Signals.SendAsync(client.Id, signal);
            await client.WaitForExitAsync().Soon();
            await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
            Assert.Equal(signal == "KILL" ? 137 : 7, client.ExitCode);
        }
    }

    [Fact]
    public async Task A_detached_command_goes_on_without_its_client_and_is_listed_read_followed_and_killed()
    {
        var mark = $"78{Random.Shared.Next(100_000, 999_999)}";
        var handle = await DetachAsync("sh", "-c", "echo first; echo second >&2; until [ -e go ]; do sleep 0.05; done; echo third; exit 6");
        var sleeper = await DetachAsync("sh", "-c", $"setsid sleep {mark} & trap '' TERM; sleep {mark}");
        var rows = await ListAsync();
        Assert.Equal([handle, sleeper], rows.Select(static row => row.GetProperty("handle").GetString()));
        Assert.All(rows, static row => Assert.Equal("running", row.GetProperty("status").GetString()));
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 2, Deadline.Long);
        Assert.Equal((0, "", ""), await RunAsync(["kill", "--grace", "0.1", sleeper]));
        Assert.Empty(ProcessTable.WithArgument(mark));
        // What there is, to each stream; then from an offset on; then all to the end.
        Assert.Equal((0, "first\n", "second\n"), await RunAsync(["logs", handle]));
        Assert.Equal((0, "", "second\n"), await RunAsync(["logs", "--from", "6", handle]));
        Assert.Equal((0, "", ""), await RunAsync(["logs", "--from", "2147483648", handle]));
        Assert.Equal((0, "", ""), await RunAsync(["logs", "--from", "9223372036854775807", handle]));
        Assert.Equal(2, (await RunAsync(["logs", "--from", "9223372036854775808", handle])).Code);
        using var following = Start("logs", "-f", handle);
        using var attached = Start("attach", handle);
        Assert.Equal("first", await following.StandardOutput.ReadLineAsync().Soon());
        Assert.Equal("first", await attached.StandardOutput.ReadLineAsync().Soon());
        // The end of one that watches changes nothing.
        await Signals.SendAsync(attached.Id, "KILL");
        await File.WriteAllTextAsync(Path.Combine(Work.FullName, "go"), "");
        Assert.Equal("third\n", await following.StandardOutput.ReadToEndAsync().Soon());
        await following.WaitForExitAsync().Soon();
        Assert.Equal(6, following.ExitCode);
        Assert.Equal((6, "first\nthird\n", "second\n"), await RunAsync(["logs", handle]));
        Assert.Equal(6, (await RunAsync(["attach", handle])).Code);
        Assert.Equal(6, (await ListAsync())[0].GetProperty("exit_code").GetInt32());
        Assert.Equal((1, "actorbrowser: There is no command 'cmd-none'; ps lists them.\n"), ((await RunAsync(["logs", "cmd-none"])).Code, (await RunAsync(["kill", "cmd-none"])).Error));
    }

    [FactNeeds("tmux")]
    public async Task Attach_types_into_the_terminal_of_a_detached_command_and_leaves_it()
    {
        var handle = (await RunAsync(["exec", "--detach", "--pty", "--", "sh", "-c", "stty size; while read x; do echo got $x; done; exit 4"])).Output.TrimEnd('\n');
        var tmux = Path.Combine(Runtime.FullName, "tmux");
        async Task<string> TmuxAsync(params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo("tmux", ["-S", tmux, .. arguments]) { RedirectStandardOutput = true })!;
            var said = await process.StandardOutput.ReadToEndAsync().Soon();
            await process.WaitForExitAsync().Soon();
            return said;
        }
        await TmuxAsync("new-session", "-d", "-x", "90", "-y", "20", $"XDG_RUNTIME_DIR={Runtime.FullName} {TestChildProgram.Command} attach {handle}; echo left $?; sleep 100");
        try
        {
            await TmuxAsync("send-keys", "typed", "Enter");
            await UntilAsync("got typed");
            await TmuxAsync("send-keys", "C-]");
            await UntilAsync("left 0");
            Assert.Equal("running", Assert.Single(await ListAsync()).GetProperty("status").GetString());
        }
        finally
        {
            await TmuxAsync("kill-server");
        }

        async Task UntilAsync(string text)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            var limit = Stopwatch.StartNew();
            while (!(await TmuxAsync("capture-pane", "-p")).Contains(text, StringComparison.Ordinal))
            {
                Assert.True(limit.Elapsed < Deadline.Long, await TmuxAsync("capture-pane", "-p"));
                await timer.WaitForNextTickAsync();
            }
        }
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task The_server_s_end_leaves_no_process_and_the_next_one_begins_anew(string signal)
    {
        var mark = $"77{Random.Shared.Next(100_000, 999_999)}";
        var handle = await DetachAsync("sh", "-c", $"setsid sleep {mark} & sleep {mark}");
        using var client = Start("exec", "--", "sleep", mark);
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 4, Deadline.Long);
        await Signals.SendAsync(_server.Id, signal);
        await _server.WaitForExitAsync().Soon();
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
        await client.WaitForExitAsync().Soon();
        Assert.NotEqual(0, client.ExitCode);
        _server.Dispose();
        // After a SIGKILL the socket is still there.
        Assert.Equal(signal == "KILL", File.Exists(Socket));
        Assert.Equal((69, "actorbrowser: no server runs: start one with 'actorbrowser serve'\n"), ((await RunAsync(["ps"])).Code, (await RunAsync(["ps"])).Error));
        Assert.Equal(0, (await RunAsync(["exec", "--", "true"])).Code);
        await StartAsync();
        Assert.Empty(await ListAsync());
        Assert.Equal(1, (await RunAsync(["logs", handle])).Code);
    }

    [Fact]
    public async Task Only_this_user_can_reach_it_and_a_second_one_is_refused()
    {
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(Socket)!));
        Assert.Equal((69, $"actorbrowser: a server runs already, at {Socket}\n"), ((await RunAsync(["serve"])).Code, (await RunAsync(["serve"])).Error));
        Assert.Equal(0, (await RunAsync(["ps"])).Code);
        // A folder that others may enter is not used.
        File.SetUnixFileMode(Path.GetDirectoryName(Socket)!, (UnixFileMode)0b111_101_101);
        Assert.Equal(2, (await RunAsync(["serve"])).Code);
        File.SetUnixFileMode(Path.GetDirectoryName(Socket)!, (UnixFileMode)0b111_000_000);
        if (Environment.UserName != "root")
            return;
        // Another user who holds the open folder is turned away by the server itself.
        File.SetUnixFileMode(Path.GetDirectoryName(Socket)!, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Runtime.FullName, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Socket, (UnixFileMode)0b110_110_110);
        using var stranger = Process.Start(new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c",
            $"import socket; s=socket.socket(socket.AF_UNIX); s.connect('{Socket}'); s.sendall(bytes([1,0,0,0,1,123])); print(len(s.recv(100)))"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await stranger.StandardOutput.ReadToEndAsync().Soon();
        await stranger.WaitForExitAsync().Soon();
        // It was connected, and got nothing: this user gets a sentence for the same bytes.
        Assert.True(said is "0\n" or "", said);
        Assert.DoesNotContain("Permission", await stranger.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    public static TheoryData<byte[]> Hostile => new()
    {
        Array.Empty<byte>(),
        new byte[] { 1 },
        new byte[] { 255, 255, 255, 255, 1 },
        new byte[] { 255, 255, 255, 127, 1 },
        new byte[] { 1, 0, 64, 0, 1 },
        Frame(1, "{"),
        Frame(1, "[]"),
        Frame(1, "{}"),
        Frame(1, """{"build":5}"""),
        Frame(1, """{"build":"00000000000000000000000000000000","verb":"list"}"""),
        Frame(9, "{}"),
        Frame(1, new string('[', 100_000)),
        Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"),
    };

    private static byte[] Frame(byte kind, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return [.. BitConverter.GetBytes(bytes.Length), kind, .. bytes];
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_client_gets_a_sentence_or_its_end_and_the_server_goes_on(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        await socket.SendAsync(bytes);
        socket.Shutdown(SocketShutdown.Send);
        var answer = new byte[4096];
        var length = await socket.ReceiveAsync(answer).WaitAsync(Deadline.Long);
        // Kind 21: a sentence. It names no type of .NET.
        Assert.True(length == 0 || answer[4] == 21, $"{answer[4]}");
        Assert.DoesNotContain("System.", Encoding.UTF8.GetString(answer, 0, length), StringComparison.Ordinal);
        Assert.Equal((0, "ok\n"), ((await RunAsync(["exec", "--", "echo", "ok"])).Code, (await RunAsync(["exec", "--", "echo", "ok"])).Output));
    }

    [Fact]
    public async Task A_client_that_reads_nothing_makes_its_command_wait_and_harms_nobody()
    {
        using var slow = Start("exec", "--", "sh", "-c", "head -c 50000000 /dev/zero; echo done >&2");
        var peak = 0L;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("ok\n", (await RunAsync(["exec", "--", "echo", "ok"])).Output);
            _server.Refresh();
            peak = Math.Max(peak, _server.WorkingSet64);
        }
        Assert.False(slow.HasExited);
        Assert.InRange(peak, 1, 400 << 20);
        var length = 0L;
        var buffer = new byte[1 << 16];
        for (int read; (read = await slow.StandardOutput.BaseStream.ReadAsync(buffer).AsTask().Soon()) > 0;)
            length += read;
        Assert.Equal(50_000_000, length);
        await slow.WaitForExitAsync().Soon();
        Assert.Equal(0, slow.ExitCode);
    }
}
