using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace ActorBrowser.AgentsTests;

/// <summary>The tools that run commands, called by the official client.</summary>
public sealed class CommandToolSpecs : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-agents-");
    private McpClient _client = null!;

    public async Task InitializeAsync()
    {
        // Commands of an ordinary user's and of root's tests may write here.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_111_111);
        _client = await McpProgram.ConnectAsync("--workspace", _folder.FullName);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_command_runs_in_the_workspace_and_its_exit_and_streams_are_told_apart()
    {
        var ended = await _client.CallAsync("run_command", new { command = "pwd; cat > in.txt; cat in.txt; printf 'bad\\033[1m' >&2; exit 3", stdin = "a\nb\n" });
        Assert.Equal((3, "exited", $"{_folder.FullName}\na\nb\n", "bad^[[1m", true), (
            ended.GetProperty("exitCode").GetInt32(), ended.GetProperty("status").GetString(), ended.GetProperty("stdout").GetString(),
            ended.GetProperty("stderr").GetString(), ended.GetProperty("whole").GetBoolean()));
        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "in.txt")));
    }

    [Fact]
    public async Task Long_output_keeps_its_beginning_and_end_and_the_rest_is_read_by_offset()
    {
        var ended = await _client.CallAsync("run_command", new { command = "seq 1 20000", maxBytes = 1000 });
        var text = ended.GetProperty("stdout").GetString()!;
        Assert.False(ended.GetProperty("whole").GetBoolean());
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 900, 1000);
        Assert.StartsWith("1\n2\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n20000\n", text, StringComparison.Ordinal);
        var all = await ReadAllAsync(ended.GetProperty("handle").GetString()!, 10_000);
        Assert.Equal(string.Concat(Enumerable.Range(1, 20_000).Select(static n => $"{n}\n")), all);
    }

    [Fact]
    public async Task A_session_is_polled_written_to_and_stopped_with_exact_offsets()
    {
        var handle = (await _client.CallAsync("start_command", new { command = "echo ready; while read line; do echo got $line; done; echo end" })).GetProperty("handle").GetString()!;
        var first = await _client.CallAsync("poll_command", new { handle, waitSeconds = 30 });
        Assert.Equal(("running", "ready\n", 6), (first.GetProperty("status").GetString(), first.GetProperty("output").GetString(), first.GetProperty("nextOffset").GetInt32()));
        Assert.Equal(4, (await _client.CallAsync("write_command", new { handle, text = "one\n" })).GetProperty("takenBytes").GetInt32());
        // What arrived already is not taken twice.
        await _client.CallAsync("write_command", new { handle, text = "one\ntwo\n", offset = 0 });
        var second = "";
        for (var offset = 6L; second.Length < 16;)
        {
            var part = await _client.CallAsync("poll_command", new { handle, offset, waitSeconds = 30 });
            second += part.GetProperty("output").GetString();
            offset = part.GetProperty("nextOffset").GetInt64();
        }
        Assert.Equal("got one\ngot two\n", second);
        Assert.Contains("would leave a gap", await _client.RefusedAsync("write_command", new { handle, text = "x", offset = 100 }), StringComparison.Ordinal);
        await _client.CallAsync("write_command", new { handle, closeInput = true });
        Assert.Equal("ready\ngot one\ngot two\nend\n", await ReadAllAsync(handle, 64));
        Assert.Contains("has written 26 bytes", await _client.RefusedAsync("poll_command", new { handle, offset = 27 }), StringComparison.Ordinal);
        Assert.Equal(0, (await _client.CallAsync("stop_command", new { handle })).GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task A_terminal_is_one_and_a_signal_reaches_its_program()
    {
        var handle = (await _client.CallAsync("start_command", new { command = "trap 'echo caught; exit 7' INT; tty; while :; do sleep 1; done", terminal = true })).GetProperty("handle").GetString()!;
        Assert.Contains("/dev/pts/", (await _client.CallAsync("poll_command", new { handle, waitSeconds = 30 })).GetProperty("output").GetString(), StringComparison.Ordinal);
        await _client.CallAsync("write_command", new { handle, signal = "INT" });
        Assert.EndsWith("caught\n", await ReadAllAsync(handle, 1000), StringComparison.Ordinal);
        Assert.Equal(7, (await _client.CallAsync("poll_command", new { handle })).GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Stopping_ends_every_process_of_a_command()
    {
        var mark = $"86{Random.Shared.Next(100_000, 999_999)}";
        var handle = (await _client.CallAsync("start_command", new { command = $"setsid sleep {mark} & trap '' TERM; sleep {mark}" })).GetProperty("handle").GetString()!;
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count >= 2, Deadline.Long);
        Assert.Equal("killed", (await _client.CallAsync("stop_command", new { handle, graceSeconds = 0 })).GetProperty("status").GetString());
        Assert.Empty(ProcessTable.WithArgument(mark));
    }

    [Fact]
    public async Task A_cancelled_call_ends_its_command_and_progress_is_told_until_then()
    {
        var mark = $"87{Random.Shared.Next(100_000, 999_999)}";
        using var enough = new CancellationTokenSource();
        var lines = new List<string?>();
        var progress = new Told(value =>
        {
            lock (lines)
                lines.Add(value.Message);
            if (value.Message == "third")
                enough.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.CallToolAsync(
            "run_command", McpProgram.Of(new { command = $"echo first; sleep 0.4; echo second; sleep 0.4; echo third; sleep {mark}" }).ToDictionary(static one => one.Key, static one => (object?)one.Value),
            progress, cancellationToken: enough.Token).AsTask().WaitAsync(Deadline.Long));
        Assert.Contains("first", lines);
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
        // The session goes on.
        Assert.Equal("ok\n", (await _client.CallAsync("run_command", new { command = "echo ok" })).GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task A_quiet_command_tells_progress_as_a_heartbeat()
    {
        var told = new List<ProgressNotificationValue>();
        await _client.CallToolAsync("run_command", new Dictionary<string, object?> { ["command"] = "sleep 11" }, new Told(value =>
        {
            lock (told)
                told.Add(value);
        })).AsTask().WaitAsync(Deadline.Long * 2);
        lock (told)
        {
            // Two of five seconds, and each greater than the one before.
            Assert.InRange(told.Count(static one => one.Message?.Contains(" runs for ", StringComparison.Ordinal) == true), 2, 3);
            Assert.Equal(told.Select(static one => one.Progress).Order().Distinct(), told.Select(static one => one.Progress));
        }
    }

    [Fact]
    public async Task A_command_may_run_for_less_time_than_clients_wait_unless_it_is_told_otherwise()
    {
        var tool = (await _client.ListToolsAsync()).Single(static one => one.Name == "run_command").ProtocolTool;
        Assert.Equal(50, tool.InputSchema.GetProperty("properties").GetProperty("timeoutSeconds").GetProperty("default").GetInt32());
        Assert.Contains("longer work, or what waits for input: start_command", tool.Description, StringComparison.Ordinal);
    }

    [FactNeeds("curl")]
    public async Task A_refused_connection_is_told_with_what_a_model_and_a_person_can_do()
    {
        await using var client = await McpProgram.ConnectAsync("--allow-host", "127.0.0.1:9", "--allow-host", "localhost:8");
        var refused = await client.RawCallAsync("run_command", new { command = "curl -sSf --max-time 20 http://127.0.0.1:7777/" });
        const string Remedy = "No rule grants GET http://127.0.0.1:7777; to reach it, call request_permission with host 127.0.0.1 and port 7777, or have a person restart the server with --allow-host '127.0.0.1:7777'.";
        Assert.Contains(Remedy, refused.StructuredContent!.Value.GetProperty("blocked").GetString(), StringComparison.Ordinal);
        Assert.Contains(Remedy, McpProgram.TextOf(refused), StringComparison.Ordinal);
        Assert.DoesNotContain("Spawn.", McpProgram.TextOf(refused), StringComparison.Ordinal);
        var named = await client.CallAsync("run_command", new { command = "curl -sSf --max-time 20 http://localhost:8/" });
        Assert.Contains("with host 127.0.0.1, or have a person restart the server with --allow-host 'NAME:PORT private'", named.GetProperty("blocked").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_that_finds_no_program_is_not_called_a_refusal()
    {
        Assert.False((await _client.CallAsync("run_command", new { command = "nosuchprog" })).TryGetProperty("blocked", out _));
        var outside = await _client.CallAsync("run_command", new { command = "/nosuch/prog" });
        Assert.Contains("'not found' for /nosuch/prog", outside.GetProperty("blocked").GetString(), StringComparison.Ordinal);
        var said = await _client.CallAsync("run_command", new { command = "echo '/bin/sh: 1: nosuchprog: not found' >&2; exit 127" });
        Assert.False(said.TryGetProperty("blocked", out _));
        var alone = await _client.CallAsync("run_command", new { command = "echo '/srv/data: Permission denied' >&2; exit 1" });
        Assert.Contains("'Permission denied' for /srv/data", alone.GetProperty("blocked").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeout_is_told_with_what_to_do()
    {
        var result = await _client.RawCallAsync("run_command", new { command = "echo begun; sleep 60", timeoutSeconds = 1 });
        Assert.Equal("timed_out", result.StructuredContent!.Value.GetProperty("status").GetString());
        Assert.Contains("give it a longer timeoutSeconds", McpProgram.TextOf(result), StringComparison.Ordinal);
        Assert.Contains("begun", McpProgram.TextOf(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_seventeenth_command_is_refused_while_sixteen_run_and_drops_one_that_has_ended()
    {
        var handles = new List<string>();
        for (var i = 0; i < 16; i++)
            handles.Add((await _client.CallAsync("start_command", new { command = "sleep 300" })).GetProperty("handle").GetString()!);
        Assert.Contains("16 commands run, as many as this session may have; end one with stop_command", await _client.RefusedAsync("run_command", new { command = "true" }), StringComparison.Ordinal);
        await _client.CallAsync("stop_command", new { handle = handles[3], graceSeconds = 0 });
        await _client.CallAsync("run_command", new { command = "true" });
        Assert.Contains("There is no command", await _client.RefusedAsync("poll_command", new { handle = handles[3] }), StringComparison.Ordinal);
        Assert.Equal("running", (await _client.CallAsync("poll_command", new { handle = handles[4], waitSeconds = 0 })).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_lost_runner_is_listed_for_the_session_whose_command_it_ran()
    {
        // The runner is the parent of the command's own process.
        var mark = $"88{Random.Shared.Next(100_000, 999_999)}";
        var handle = (await _client.CallAsync("start_command", new { command = $"exec sleep {mark}" })).GetProperty("handle").GetString()!;
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 1, Deadline.Long);
        await Signals.SendAsync(ProcessTable.ParentOf(ProcessTable.WithArgument(mark)[0]), "KILL");
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
        Assert.Equal("RunnerLost", (await _client.CallAsync("poll_command", new { handle, waitSeconds = 30 })).GetProperty("cause").GetString());
        var crash = Assert.Single((await _client.CallAsync("list_crashes", new { })).GetProperty("crashes").EnumerateArray());
        Assert.Equal("command-runner", crash.GetProperty("role").GetString());
        var report = await _client.CallAsync("list_crashes", new { id = crash.GetProperty("id").GetString() });
        Assert.Contains("\"role\": \"command-runner\"", report.GetProperty("report").GetString(), StringComparison.Ordinal);
        Assert.Contains("There is no report", await _client.RefusedAsync("list_crashes", new { id = "other" }), StringComparison.Ordinal);
    }

    private async Task<string> ReadAllAsync(string handle, int maxBytes)
    {
        var (text, offset) = (new StringBuilder(), 0L);
        while (true)
        {
            var part = await _client.CallAsync("poll_command", new { handle, offset, maxBytes, waitSeconds = 30 });
            Assert.InRange(Encoding.UTF8.GetByteCount(part.GetProperty("output").GetString()!), 0, maxBytes);
            Assert.Equal(offset, part.GetProperty("offset").GetInt64());
            text.Append(part.GetProperty("output").GetString());
            offset = part.GetProperty("nextOffset").GetInt64();
            if (!part.GetProperty("more").GetBoolean() && part.GetProperty("status").GetString() != "running")
                return text.ToString();
        }
    }

    private sealed class Told(Action<ProgressNotificationValue> tell) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => tell(value);
    }
}
