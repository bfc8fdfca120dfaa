using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ActorBrowser.AgentsTests;

/// <summary>The built <c>actorbrowser mcp --http</c>: who is let in, and that no session sees another's.</summary>
public sealed class HttpSpecs : IAsyncLifetime
{
    private const string Token = "0123456789abcdef-test";
    private const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-http-");
    private readonly HttpClient _http = new();
    private Process _server = null!;
    private Uri _url = null!;

    public async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_111_111);
        (_server, _url) = await McpProgram.ServeAsync(Token, "--workspace", _folder.FullName, "--idle-timeout", "5");
    }

    public async Task DisposeAsync()
    {
        await Signals.SendAsync(_server.Id, "TERM");
        await _server.WaitForExitAsync().Soon();
        Assert.Equal(143, _server.ExitCode);
        Assert.Equal("", await _server.StandardOutput.ReadToEndAsync());
        _server.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<(HttpStatusCode Status, string Body, string? Session)> SendAsync(string body, string? token = Token, string? origin = null, string? host = null, string? session = null, string? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        request.Headers.Host = host;
        // A long body is sent only when the server wants it.
        request.Headers.ExpectContinue = body.Length > 1 << 20;
        if (session is not null)
            request.Headers.Add("Mcp-Session-Id", session);
        if (version is not null)
            request.Headers.Add("MCP-Protocol-Version", version);
        using var response = await _http.SendAsync(request).Soon();
        return (response.StatusCode, await response.Content.ReadAsStringAsync().Soon(), response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : null);
    }

    [Fact]
    public async Task Params_of_a_wrong_shape_are_invalid_params()
    {
        var session = (await SendAsync(Initialize)).Session;
        var (status, body, _) = await SendAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}""", session: session);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal((7, -32602), (JsonDocument.Parse(body).RootElement.GetProperty("id").GetInt32(), JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task Only_who_has_the_token_is_let_in()
    {
        foreach (var wrong in (string?[])[null, "", "0123456789abcdef-tesT", Token + "x", Token[..^1]])
        {
            var answer = await SendAsync(Initialize, wrong);
            Assert.Equal((HttpStatusCode.Unauthorized, wrong is null ? "The request needs the header Authorization: Bearer TOKEN." : "The Authorization header is not 'Bearer TOKEN' with this server's token."),
                (answer.Status, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("message").GetString()));
        }
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Initialize)).Status);
    }

    [Theory]
    [InlineData("http://evil.example", null)]
    [InlineData("null", null)]
    [InlineData("https://127.0.0.1", null)]
    [InlineData(null, "evil.example")]
    [InlineData(null, "evil.example:{port}")]
    [InlineData(null, "127.0.0.1:1")]
    [InlineData(null, "127.0.0.1.evil.example:{port}")]
    public async Task A_page_in_a_browser_is_kept_out_also_under_a_name_of_its_own_that_leads_here(string? origin, string? host) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(Initialize, origin: origin, host: host?.Replace("{port}", $"{_url.Port}", StringComparison.Ordinal))).Status);

    [Fact]
    public void It_listens_on_this_machine_only()
    {
        var port = _url.Port.ToString("X4", null);
        var listening = File.ReadLines("/proc/net/tcp").Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : [])
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields[1].EndsWith($":{port}", StringComparison.Ordinal) && fields[3] == "0A");
        Assert.Equal($"0100007F:{port}", Assert.Single(listening)[1]);
    }

    [Fact]
    public async Task Fifty_sessions_at_once_do_not_see_each_other_s_folder_commands_or_handles()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => McpProgram.ConnectAsync(_url, Token)));
        try
        {
            var handles = await Task.WhenAll(clients.Select(async (client, number) =>
            {
                var ran = await client.CallAsync("run_command", new { command = $"echo {number} > mine; ls" });
                Assert.Equal("mine\n", ran.GetProperty("stdout").GetString());
                return (await client.CallAsync("start_command", new { command = $"echo I am {number}; sleep 300" })).GetProperty("handle").GetString()!;
            })).WaitAsync(Deadline.Long * 4);
            Assert.Equal(50, handles.Distinct().Count());
            await Task.WhenAll(clients.Select(async (client, number) =>
            {
                var other = handles[(number + 1) % 50];
                foreach (var (tool, arguments) in ((string, object)[])[("poll_command", new { handle = other }), ("stop_command", new { handle = other }), ("write_command", new { handle = other, text = "x" })])
                    Assert.Contains("There is no command", await client.RefusedAsync(tool, arguments), StringComparison.Ordinal);
                Assert.Equal($"I am {number}\n", (await client.CallAsync("poll_command", new { handle = handles[number], waitSeconds = 60 })).GetProperty("output").GetString());
                Assert.Equal($"{number}\n", (await client.CallAsync("run_command", new { command = "cat mine; ls ..; ls /tmp" })).GetProperty("stdout").GetString()!.Split('\n')[0] + "\n");
            })).WaitAsync(Deadline.Long * 4);
        }
        finally
        {
            await Task.WhenAll(clients.Select(static client => client.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task A_session_whose_client_is_gone_ends_with_its_commands()
    {
        var mark = $"89{Random.Shared.Next(100_000, 999_999)}";
        var (_, _, session) = await SendAsync(Initialize);
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", session: session);
        var started = await SendAsync($$$$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"start_command","arguments":{"command":"sleep {{{{{mark}}}}}"}}}""", session: session);
        Assert.Equal(HttpStatusCode.OK, started.Status);
        // The shell has not begun the program at once.
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count > 0, Deadline.Long);
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
        var late = await SendAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/list"}""", session: session);
        Assert.Equal((HttpStatusCode.NotFound, -32001), (late.Status, JsonDocument.Parse(late.Body).RootElement.GetProperty("error").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task A_dropped_request_ends_its_command_and_no_other()
    {
        var (mark, other) = ($"85{Random.Shared.Next(100_000, 999_999)}", $"81{Random.Shared.Next(100_000, 999_999)}");
        var (_, _, session) = await SendAsync(Initialize);
        using var gone = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        var sending = RunAsync(2, mark, session!, gone.Token);
        var kept = RunAsync(3, other, session!, end.Token);
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count > 0 && ProcessTable.WithArgument(other).Count > 0, Deadline.Long);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
        Assert.NotEmpty(ProcessTable.WithArgument(other));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kept);
        await ProcessTable.Until(() => ProcessTable.WithArgument(other).Count == 0, Deadline.Long);
    }

    private async Task RunAsync(int id, string seconds, string session, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Content = new StringContent($$$$$"""{"jsonrpc":"2.0","id":{{{{{id}}}}},"method":"tools/call","params":{"name":"run_command","arguments":{"command":"sleep {{{{{seconds}}}}}"}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        request.Headers.Add("Mcp-Session-Id", session);
        using var response = await _http.SendAsync(request, cancellation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]")]
    [InlineData("\"text\"")]
    [InlineData("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"initialize\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"initialize\"}")]
    public async Task A_body_that_is_no_message_is_refused_with_a_sentence(string body)
    {
        var answer = await SendAsync(body);
        Assert.InRange((int)answer.Status, 400, 499);
        Assert.NotEmpty(JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("message").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Initialize)).Status);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(Initialize.PadRight((4 << 20) + 1))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Initialize.PadRight(4 << 20))).Status);
    }

    [Fact]
    public async Task A_client_without_sessions_is_told_to_begin_one_and_a_session_must_be_known()
    {
        var newest = await SendAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""", version: "2026-07-28");
        var error = JsonDocument.Parse(newest.Body).RootElement;
        Assert.Equal((HttpStatusCode.BadRequest, 7, -32022), (newest.Status, error.GetProperty("id").GetInt32(), error.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""", session: "0123")).Status);
    }
}
