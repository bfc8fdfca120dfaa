using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBrowser.Transport;

namespace ActorBrowser.AgentsTests;

/// <summary><c>serve --keep</c>: commands that outlive their server.</summary>
public sealed partial class KeepSpecs : ServeProgram, IAsyncLifetime
{
    private readonly List<Process> _servers = [];
    private readonly List<int> _keepers = [];

    private Process Server => _servers[^1];

    private int Keeper => _keepers[^1];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            if (!server.HasExited)
                await Signals.SendAsync(server.Id, "TERM");
            await server.WaitForExitAsync().Soon();
            server.Dispose();
        }
        foreach (var keeper in _keepers.Distinct().Where(ProcessTable.IsRunning))
            await Signals.SendAsync(keeper, "TERM");
        await UntilGoneAsync([.. _keepers]);
        DeleteFolders();
    }

    [GeneratedRegex("^actorbrowser: serving at (.*); process ([0-9]+) keeps the commands(?:, ([0-9]+) of them from before)?$")]
    private static partial Regex Greeting();

    /// <summary>Starts a server; returns how many commands it has found.</summary>
    private async Task<int> ServeAsync(params string[] options)
    {
        var server = Start(["serve", "--keep", .. options]);
        _servers.Add(server);
        var said = Greeting().Match(await server.StandardError.ReadLineAsync().Soon() ?? "");
        Assert.True(said.Success, said.Value);
        Assert.Equal(Socket, said.Groups[1].Value);
        _keepers.Add(int.Parse(said.Groups[2].Value, CultureInfo.InvariantCulture));
        return said.Groups[3].Success ? int.Parse(said.Groups[3].Value, CultureInfo.InvariantCulture) : 0;
    }

    private async Task<int> EndAsync(string signal)
    {
        await Signals.SendAsync(Server.Id, signal);
        await Server.WaitForExitAsync().Soon();
        return Server.ExitCode;
    }

    private static Task UntilGoneAsync(params int[] processes) => ProcessTable.Until(() => !processes.Any(ProcessTable.IsRunning), Deadline.Long);

    private static Task UntilAsync(string mark, int count) => ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == count, Deadline.Long);

    // Not how much it has written, which it goes on to do.
    private static string NameOf(JsonElement row) => string.Join(' ', ((string[])["handle", "status", "pid", "started", "command"]).Select(name => row.GetProperty(name).GetRawText()));

    private bool IsHere(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Contains(Runtime.FullName, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is another user's.
            return false;
        }
    }

    private Task GoOnAsync(string file) => File.WriteAllTextAsync(Path.Combine(Work.FullName, file), "");

    [Theory]
    [InlineData("KILL", 128 + 9)]
    [InlineData("HUP", 128 + 1)]
    public async Task After_a_killed_server_the_next_one_has_its_commands_with_every_byte_and_the_exit(string signal, int code)
    {
        Assert.Equal(0, await ServeAsync());
        const string Counts = "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo $i; [ $i -ne 200 ] || until [ -e go ]; do sleep 0.02; done; done; exit 41";
        var all = string.Concat(Enumerable.Range(1, 400).Select(static n => $"{n}\n"));
        var handle = await DetachAsync("sh", "-c", Counts);
        using var attached = Start("attach", handle);
        using var ran = Start("exec", "--", "sh", "-c", Counts);
        foreach (var watched in (Process[])[attached, ran])
            Assert.Equal("1", await watched.StandardOutput.ReadLineAsync().Soon());
        var before = await ListAsync();
        Assert.Equal(code, await EndAsync(signal));
        // Without a server the commands go on and can be read and killed, but none is started.
        Assert.Equal(before.Select(NameOf), (await ListAsync()).Select(NameOf));
        Assert.Equal((1, "actorbrowser: The server was killed, and the process that has kept its commands starts no other: start a server with 'actorbrowser serve --keep'.\n"),
            ((await RunAsync(["exec", "--detach", "--", "true"])).Code, (await RunAsync(["exec", "--detach", "--", "true"])).Error));
        Assert.Equal((3, "alone\n", ""), await RunAsync(["exec", "--", "sh", "-c", "echo alone; exit 3"]));
        Assert.Equal((69, $"actorbrowser: a server was killed, and process {Keeper} has kept its commands: 'actorbrowser serve --keep' takes them over, 'kill {Keeper}' ends them\n"),
            ((await RunAsync(["serve"])).Code, (await RunAsync(["serve"])).Error));
        Assert.Equal(2, await ServeAsync());
        Assert.Equal(_keepers[0], Keeper);
        Assert.Equal(before.Select(NameOf), (await ListAsync()).Select(NameOf));
        await GoOnAsync("go");
        foreach (var watched in (Process[])[attached, ran])
        {
            Assert.Equal(all, "1\n" + await watched.StandardOutput.ReadToEndAsync().Soon());
            await watched.WaitForExitAsync().Soon();
            Assert.Equal(41, watched.ExitCode);
        }
        Assert.Equal((41, all, ""), await RunAsync(["logs", "-f", handle]));
        Assert.Equal((41, all[700..], ""), await RunAsync(["logs", "--from", "700", handle]));
        Assert.Equal("exited", (await ListAsync())[0].GetProperty("status").GetString());
        // Also one that has ended and was read before its server was killed; and the next server starts commands again.
        await EndAsync("KILL");
        Assert.Equal(1, await ServeAsync());
        Assert.Equal((41, all, ""), await RunAsync(["attach", handle]));
        Assert.Equal((0, "new\n", ""), await RunAsync(["exec", "--", "echo", "new"]));
    }

    [Theory]
    [InlineData("TERM", false)]
    [InlineData("INT", true)]
    public async Task A_server_that_is_told_to_end_leaves_no_process(string signal, bool isSecond)
    {
        await ServeAsync();
        var mark = $"76{Random.Shared.Next(100_000, 999_999)}";
        await DetachAsync("sh", "-c", $"setsid sleep {mark} & sleep {mark}");
        await UntilAsync(mark, 2);
        if (isSecond)
        {
            await EndAsync("KILL");
            Assert.Equal(1, await ServeAsync());
        }
        Assert.Equal(signal == "TERM" ? 128 + 15 : 128 + 2, await EndAsync(signal));
        // Not a moment later.
        Assert.False(ProcessTable.IsRunning(Keeper));
        Assert.Empty(ProcessTable.WithArgument(mark));
        Assert.False(File.Exists(Socket));
        Assert.Equal(69, (await RunAsync(["ps"])).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_keeper_leaves_nothing_and_the_next_server_begins_anew(bool bothAreKilled)
    {
        await ServeAsync();
        var mark = $"75{Random.Shared.Next(100_000, 999_999)}";
        var handle = await DetachAsync("sh", "-c", $"setsid sleep {mark} & sleep {mark}");
        using var client = Start("exec", "--", "sleep", mark);
        await UntilAsync(mark, 4);
        using (var kill = Process.Start("kill", ["-KILL", $"{Keeper}", .. bothAreKilled ? [$"{Server.Id}"] : Array.Empty<string>()]))
            await kill.WaitForExitAsync().Soon();
        await UntilAsync(mark, 0);
        await UntilGoneAsync(Keeper);
        await Server.WaitForExitAsync().Soon();
        await client.WaitForExitAsync().Soon();
        Assert.Equal(75, client.ExitCode);
        if (!bothAreKilled)
        {
            Assert.Equal(75, Server.ExitCode);
            Assert.Equal($"actorbrowser: process {Keeper}, which kept the commands, is gone, and its commands with it\n", await Server.StandardError.ReadToEndAsync().Soon());
        }
        Assert.True(File.Exists(Socket));
        Assert.Equal(69, (await RunAsync(["ps"])).Code);
        Assert.Equal(0, await ServeAsync());
        Assert.Equal(1, (await RunAsync(["logs", handle])).Code);
        Assert.Equal((0, "ok\n", ""), await RunAsync(["exec", "--", "echo", "ok"]));
    }

    [Fact]
    public async Task Of_two_servers_that_start_at_once_one_runs_and_the_other_is_refused()
    {
        await ServeAsync();
        foreach (var options in (string[][])[["--keep"], [], ["--keep", "--keep-for", "5"]])
            Assert.Equal((69, "", $"actorbrowser: a server runs already, at {Socket}\n"), await RunAsync(["serve", .. options]));
        await EndAsync("TERM");
        Process[] both = [Start("serve", "--keep"), Start("serve", "--keep")];
        _servers.AddRange(both);
        var said = await Task.WhenAll(both.Select(static server => server.StandardError.ReadLineAsync().Soon()));
        var first = Array.FindIndex(said, static line => Greeting().IsMatch(line!));
        _keepers.Add(int.Parse(Greeting().Match(said[first]!).Groups[2].Value, CultureInfo.InvariantCulture));
        Assert.Equal($"actorbrowser: a server runs already, at {Socket}", said[1 - first]);
        await both[1 - first].WaitForExitAsync().Soon();
        Assert.Equal(69, both[1 - first].ExitCode);
        // The loser's keeper is gone, too. A process that the other one is starting looks like it until it executes its program.
        Assert.Equal([Keeper], ProcessTable.WithArgument("keeper").Where(process => ProcessTable.ParentOf(process) != Keeper && IsHere(process)));
        Assert.Equal((2, "actorbrowser: --keep-for needs --keep.\n"), ((await RunAsync(["serve", "--keep-for", "5"])).Code, (await RunAsync(["serve", "--keep-for", "5"])).Error));
        Assert.Equal((2, "actorbrowser: keeper is not for users: 'serve --keep' starts it.\n"), ((await RunAsync(["keeper"])).Code, (await RunAsync(["keeper"])).Error));
    }

    [Fact]
    public async Task Without_a_server_a_keeper_ends_when_it_has_nothing_to_keep_or_has_kept_it_long_enough()
    {
        await ServeAsync();
        await EndAsync("KILL");
        await UntilGoneAsync(Keeper);
        Assert.False(File.Exists(Socket));
        await ServeAsync("--keep-for", "0.4");
        var handle = await DetachAsync("sh", "-c", "until [ -e go ]; do sleep 0.02; done; echo done");
        await EndAsync("KILL");
        // Longer than ended commands are kept: this one has not ended.
        using var following = Start("logs", "-f", handle);
        using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.8)))
            await timer.WaitForNextTickAsync();
        Assert.True(ProcessTable.IsRunning(Keeper));
        await GoOnAsync("go");
        Assert.Equal("done\n", await following.StandardOutput.ReadToEndAsync().Soon());
        await UntilGoneAsync(Keeper);
        Assert.Equal(69, (await RunAsync(["logs", handle])).Code);
        // A person ends one that has a command by its pid.
        await ServeAsync();
        var mark = $"74{Random.Shared.Next(100_000, 999_999)}";
        await DetachAsync("sleep", mark);
        await UntilAsync(mark, 1);
        await EndAsync("KILL");
        await Signals.SendAsync(Keeper, "TERM");
        await UntilGoneAsync(Keeper);
        Assert.Empty(ProcessTable.WithArgument(mark));
        Assert.False(File.Exists(Socket));
    }

    private async Task<(Socket Socket, string Answer)> AskRawAsync(string members, params byte[] more)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        var content = Encoding.UTF8.GetBytes($$"""{"build":"{{WireProtocol.BuildId:N}}",{{members}}}""");
        await socket.SendAsync((byte[])[.. BitConverter.GetBytes(content.Length), 1, .. content, .. more]);
        var answer = new byte[4096];
        var length = await socket.ReceiveAsync(answer).Soon();
        return (socket, $"{answer[4]} {Encoding.UTF8.GetString(answer, 5, length - 5)}");
    }

    [Fact]
    public async Task A_stranger_of_this_user_takes_neither_the_commands_nor_the_place_of_a_server_that_runs()
    {
        await ServeAsync();
        var handle = await DetachAsync("sh", "-c", "until [ -e go ]; do sleep 0.02; done; echo done");
        byte[] end = [1, 0, 0, 0, 4, 0];
        // A server has it: what looks like the order to end is none.
        var (refused, no) = await AskRawAsync("\"verb\":\"claim\",\"keep_for\":10000000", end);
        refused.Dispose();
        Assert.Equal("""22 {"yours":false,"free":false,"commands":1}""", no);
        foreach (var isKilled in (bool[])[false, true])
        {
            if (isKilled)
                await EndAsync("KILL");
            foreach (var wrong in (string[])["", ",\"keep_for\":\"x\"", ",\"keep_for\":-1", ",\"keep_for\":9223372036854775807", ",\"keep_for\":1e99"])
            {
                var (socket, answer) = await AskRawAsync("\"verb\":\"claim\"" + wrong);
                socket.Dispose();
                Assert.StartsWith("21 The ", answer, StringComparison.Ordinal);
            }
        }
        // It may claim what no server has, as anything of this user may; what it then says ends its claim and no command.
        var (claimed, yes) = await AskRawAsync("\"verb\":\"claim\",\"keep_for\":10000000");
        using (claimed)
        {
            Assert.Equal("""22 {"yours":true,"free":false,"commands":1}""", yes);
            Assert.Equal((69, "", $"actorbrowser: a server runs already, at {Socket}\n"), await RunAsync(["serve", "--keep"]));
            await claimed.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
            // It ends by a reset, because some of what was sent was not read.
            await claimed.ReceiveAsync(new byte[100]).Soon().ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        Assert.Equal(1, await ServeAsync());
        await GoOnAsync("go");
        Assert.Equal((0, "done\n", ""), await RunAsync(["logs", "-f", handle]));
    }

    [Fact]
    public async Task A_server_of_another_build_is_named_with_its_process_and_its_sentence()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(Socket)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Socket));
        other.Listen();
        var sentence = Encoding.ASCII.GetBytes("It is another.");
        foreach (var options in (string[][])[["--keep"], []])
        {
            var run = RunAsync(["serve", .. options]);
            // A server without --keep first looks whether another has the socket, and says nothing.
            if (options.Length == 0)
                (await other.AcceptAsync().Soon()).Dispose();
            using var client = await other.AcceptAsync().Soon();
            await client.SendAsync((byte[])[.. BitConverter.GetBytes(sentence.Length), 21, .. sentence]);
            Assert.Equal((69, "", $"actorbrowser: It is another. It is process {Environment.ProcessId}.\n"), await run);
        }
    }
}
