using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ActorBrowser.AgentsTests;

/// <summary>A client that writes anything to the built command's standard input, or dies: each request gets a typed error, the server goes on, and nothing stays.</summary>
public sealed class HostileClientSpecs : IAsyncLifetime
{
    private const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("ab-client-");
    private Process _server = null!;

    public async Task InitializeAsync()
    {
        var start = new ProcessStartInfo(TestChildProgram.Command, ["mcp"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = _temporary.FullName;
        _server = Process.Start(start)!;
        await SayAsync(Initialize);
        Assert.Equal(0, (await AnswerAsync()).GetProperty("id").GetInt32());
        await SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
    }

    public async Task DisposeAsync()
    {
        if (!_server.HasExited)
            _server.Kill();
        await _server.WaitForExitAsync().Soon();
        _server.Dispose();
        _temporary.Delete(recursive: true);
    }

    private async Task SayAsync(string line)
    {
        await _server.StandardInput.WriteAsync(line + "\n");
        await _server.StandardInput.FlushAsync();
    }

    private async Task<JsonElement> AnswerAsync()
    {
        while (true)
        {
            var line = await _server.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Long * 2) ?? throw new InvalidOperationException($"The server has ended: {await _server.StandardError.ReadToEndAsync()}");
            var answer = JsonDocument.Parse(line).RootElement;
            if (!answer.TryGetProperty("method", out _))
                return answer;
        }
    }

    public static TheoryData<string, int> Garbage => new()
    {
        { "{", -32700 },
        { "garbage", -32700 },
        { "\u0000\u0001\ufffd", -32700 },
        { "null", -32600 },
        { "[1,2,3]", -32600 },
        { "\"text\"", -32600 },
        { "{}", -32600 },
        { """{"jsonrpc":"2.0"}""", -32600 },
        { """{"jsonrpc":"2.0","id":{},"method":"ping"}""", -32600 },
        { """{"jsonrpc":"2.0","id":[],"method":"ping"}""", -32600 },
        { $$"""{"jsonrpc":"2.0","id":1,"method":"x","params":{{string.Concat(Enumerable.Repeat("[", 100_000))}}""", -32700 },
        { $$"""{"jsonrpc":"2.0","id":1,"method":"x","params":{{string.Concat(Enumerable.Repeat("""{"a":""", 5000))}}1{{new string('}', 5001)}}""", -32700 },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_line_that_is_no_message_is_answered_by_an_error_and_the_server_goes_on(string line, int code)
    {
        await SayAsync(line);
        var answer = await AnswerAsync();
        Assert.Contains(answer.GetProperty("error").GetProperty("code").GetInt32(), (int[])[code, -32600, -32700]);
        Assert.NotEmpty(answer.GetProperty("error").GetProperty("message").GetString()!);
        await IsAliveAsync();
    }

    [Theory]
    [InlineData("tools/call", "[]")]
    [InlineData("tools/call", "5")]
    [InlineData("tools/call", "{}")]
    [InlineData("tools/call", """{"name":5}""")]
    [InlineData("tools/call", """{"name":"fetch","arguments":[]}""")]
    [InlineData("tools/list", "[]")]
    [InlineData("ping", "\"x\"")]
    public async Task Params_of_a_wrong_shape_are_invalid_params(string method, string parameters)
    {
        await SayAsync($$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}""");
        var answer = await AnswerAsync();
        Assert.Equal((7, -32602), (answer.GetProperty("id").GetInt32(), answer.GetProperty("error").GetProperty("code").GetInt32()));
        await IsAliveAsync();
    }

    [Theory]
    [InlineData((4 << 20) - 1, true)]
    [InlineData(4 << 20, true)]
    [InlineData((4 << 20) + 1, false)]
    [InlineData(100 << 20, false)]
    public async Task A_line_may_have_four_mebibytes(int length, bool isTaken)
    {
        const string Head = """{"jsonrpc":"2.0","id":5,"method":"ping","params":{"a":""";
        await SayAsync(Head + '"' + new string('x', length - Head.Length - 4) + "\"}}");
        var answer = await AnswerAsync();
        Assert.Equal(isTaken, answer.TryGetProperty("result", out _));
        Assert.Equal(isTaken, !answer.TryGetProperty("error", out _));
        await IsAliveAsync();
    }

    [Theory]
    [InlineData("""{"name":"nope","arguments":{}}""", "Unknown tool")]
    [InlineData("""{"name":"fetch"}""", "fetch needs url")]
    [InlineData("""{"name":"fetch","arguments":{"url":5}}""", "url is a number; it takes a text.")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","maxBytes":63}}""", "maxBytes is 63; it takes a whole number from 64 to 262144.")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","maxBytes":262145}}""", "maxBytes is 262145")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","maxBytes":1e99}}""", "maxBytes is 1e99")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","offset":-1}}""", "offset is -1")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","headers":[1]}}""", "it takes a list of texts")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","headers":["no colon"]}}""", "each is 'Name: value'")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://127.0.0.1/","method":"DELETE"}}""", "it takes GET, HEAD.")]
    [InlineData("""{"name":"fetch","arguments":{"url":"file:///etc/passwd"}}""", "file")]
    [InlineData("""{"name":"fetch","arguments":{"url":"http://[","x\u001b":1}}""", "fetch has no argument 'x^['; it takes url,")]
    [InlineData("""{"name":"read_page","arguments":{"url":"not a url"}}""", "")]
    [InlineData("""{"name":"read_page","arguments":{"url":"http://127.0.0.1/","scripts":"yes"}}""", "scripts is a text; it takes true or false.")]
    [InlineData("""{"name":"run_command","arguments":{"command":""}}""", "command has 0 characters; at least 1 are needed.")]
    [InlineData("""{"name":"run_command","arguments":{"command":"a\u0000b"}}""", "U+0000")]
    [InlineData("""{"name":"run_command","arguments":{"command":"\ud800"}}""", "")]
    [InlineData("""{"name":"run_command","arguments":{"command":"true","timeoutSeconds":3601}}""", "commands of this session may run for at most 3600 seconds")]
    [InlineData("""{"name":"poll_command","arguments":{"handle":"cmd-\u202e"}}""", "There is no command 'cmd-<U+202E>' in this session")]
    [InlineData("""{"name":"write_command","arguments":{"handle":"x","signal":"KILL"}}""", "it takes HUP, INT")]
    public async Task Wrong_arguments_are_refused_with_the_value_the_limit_and_what_to_do(string call, string sentence)
    {
        await SayAsync($$"""{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{{call}}}""");
        var answer = await AnswerAsync();
        Assert.Equal(9, answer.GetProperty("id").GetInt32());
        var said = answer.TryGetProperty("error", out var error)
            ? error.GetProperty("message").GetString()!
            : answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;
        Assert.True(answer.TryGetProperty("error", out _) || answer.GetProperty("result").GetProperty("isError").GetBoolean(), said);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
        Assert.DoesNotContain("defect", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
        await IsAliveAsync();
    }

    [Fact]
    public async Task A_flood_of_requests_is_bounded_and_each_is_answered()
    {
        var calls = new StringBuilder();
        for (var i = 100; i < 400; i++)
            calls.Append($$$$$"""{"jsonrpc":"2.0","id":{{{{{i}}}}},"method":"tools/call","params":{"name":"poll_command","arguments":{"handle":"none"}}}""").Append('\n');
        var writing = SayAsync(calls.ToString().TrimEnd('\n'));
        var seen = new HashSet<int>();
        for (var i = 0; i < 300; i++)
            seen.Add((await AnswerAsync()).GetProperty("id").GetInt32());
        await writing;
        Assert.Equal(300, seen.Count);
        await IsAliveAsync();
    }

    [Fact]
    public async Task The_requests_under_way_are_limited()
    {
        for (var i = 1000; i < 1016; i++)
            await SayAsync($$$$$"""{"jsonrpc":"2.0","id":{{{{{i}}}}},"method":"tools/call","params":{"name":"run_command","arguments":{"command":"sleep 600"}}}""");
        for (var i = 1016; i < 1300; i++)
            await SayAsync($$$$$"""{"jsonrpc":"2.0","id":{{{{{i}}}}},"method":"tools/call","params":{"name":"run_command","arguments":{"command":"sleep 600"}}}""");
        var said = new List<string>();
        for (var i = 1016; i < 1300; i++)
        {
            var answer = await AnswerAsync();
            said.Add(answer.TryGetProperty("error", out var error) ? error.GetProperty("message").GetString()! : answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!);
        }
        Assert.All(said, static sentence => Assert.Matches("16 commands run|256 requests are under way", sentence));
        // The sixteen can be cancelled, and their processes end.
        for (var i = 1000; i < 1016; i++)
            await SayAsync($$$$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{{{i}}}}}}}""");
        await SayAsync("""{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"run_command","arguments":{"command":"echo free"}}}""");
        await IsAliveAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_dies_leaves_no_process_and_no_file(bool serverIsKilled)
    {
        var mark = $"84{Random.Shared.Next(100_000, 999_999)}";
        await SayAsync($$$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"start_command","arguments":{"command":"setsid sleep {{{{{mark}}}}} & touch file; sleep {{{{{mark}}}}}"}}}""");
        await AnswerAsync();
        await SayAsync($$$$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"run_command","arguments":{"command":"sleep {{{{{mark}}}}}"}}}""");
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count >= 3, Deadline.Long);
        if (serverIsKilled)
            await Signals.SendAsync(_server.Id, "KILL");
        else
            _server.StandardInput.Close();
        await _server.WaitForExitAsync().Soon();
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
        Assert.Equal(serverIsKilled ? 137 : 0, _server.ExitCode);
        // Who kills the server itself leaves its private folder; a dead client leaves nothing.
        if (!serverIsKilled)
            Assert.Empty(_temporary.EnumerateFileSystemInfos());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_asked_before_the_input_ended_is_answered(bool lastLineEnds)
    {
        using var server = Process.Start(new ProcessStartInfo(TestChildProgram.Command, ["mcp"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await server.StandardInput.WriteAsync(Initialize + "\n" + """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""" + (lastLineEnds ? "\n" : ""));
        server.StandardInput.Close();
        var answers = (await server.StandardOutput.ReadToEndAsync().Soon()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await server.WaitForExitAsync().Soon();
        Assert.Equal([0, 1], answers.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32()).Order());
        Assert.Equal(0, server.ExitCode);
    }

    private async Task IsAliveAsync()
    {
        await SayAsync("""{"jsonrpc":"2.0","id":77,"method":"ping"}""");
        JsonElement answer;
        do
            answer = await AnswerAsync();
        while (!answer.TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.Number || id.GetInt32() != 77);
        Assert.True(answer.TryGetProperty("result", out _));
    }
}
