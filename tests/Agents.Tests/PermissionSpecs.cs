using System.Text.Json;
using ActorBrowser.Agents;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.AgentsTests;

/// <summary><c>request_permission</c>: asked of the person at the client, or decided by the embedder; a grant holds for that session alone.</summary>
public sealed class PermissionSpecs : TestKit
{
    private readonly IActorRef _browser;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-grant-");

    public PermissionSpecs() : base($"akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"\nactorbrowser.permissions {{ deadline = 1s, audit-file = \"\" }}") =>
        _browser = Sys.StartActorBrowser();

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    private static async Task<string> CallAsync(ToolSession session, string tool, Dictionary<string, object?> arguments) =>
        (await session.Functions.Single(one => one.Name == tool).InvokeAsync(new(arguments)).AsTask().WaitAsync(Deadline.Long))!.ToString()!;

    [Fact]
    public async Task A_path_that_the_embedder_grants_is_read_by_this_session_s_next_command_and_by_no_other_s()
    {
        var secret = Path.Combine(_folder.FullName, "data");
        await File.WriteAllTextAsync(secret, "the data");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        Sys.EventStream.Subscribe(TestActor, typeof(PermissionRequested));
        await using var session = ToolSession.Begin(BrowserClient.For(_browser));
        await using var other = ToolSession.Begin(BrowserClient.For(_browser));
        var read = new Dictionary<string, object?> { ["command"] = $"cat {secret}" };
        Assert.DoesNotContain("the data", await CallAsync(session, "run_command", read), StringComparison.Ordinal);
        var asking = CallAsync(session, "request_permission", new() { ["path"] = _folder.FullName, ["reason"] = "the build reads its data" });
        var asked = await ExpectMsgAsync<FileRequested>(Deadline.Long);
        Assert.Equal((_folder.FullName, FilePermission.Read, "The agent asks for it: the build reads its data"), (asked.Path, asked.Access, asked.Why));
        _browser.Tell(new Decide(asked.Id, PermissionDecision.AllowForSession, By: "the test"));
        Assert.Equal("Granted by the test. Start the command again.", await asking);
        Assert.Contains("the data", await CallAsync(session, "run_command", read), StringComparison.Ordinal);
        Assert.DoesNotContain("the data", await CallAsync(other, "run_command", read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_s_answer_denies_and_what_cannot_be_asked_for_is_refused_with_a_sentence()
    {
        await using var session = ToolSession.Begin(BrowserClient.For(_browser));
        Assert.StartsWith("Denied: Nobody answered within 1 s.", await CallAsync(session, "request_permission", new() { ["host"] = "example.org", ["reason"] = "it is needed for the test" }), StringComparison.Ordinal);
        foreach (var (name, value) in ((string, string)[])[("host", "*.example.org"), ("host", "*"), ("host", "http://example.org"), ("host", "example.org:443"), ("path", "relative"), ("path", "/"), ("path", "/tmp/../etc")])
            Assert.Contains("it takes", await CallAsync(session, "request_permission", new() { [name] = value, ["reason"] = "it is needed for the test" }), StringComparison.Ordinal);
        Assert.Contains("exactly one of them", await CallAsync(session, "request_permission", new() { ["reason"] = "it is needed for the test" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accept", true, true)]
    [InlineData("accept", false, false)]
    [InlineData("decline", true, false)]
    [InlineData("cancel", true, false)]
    public async Task The_person_at_the_client_is_asked_and_decides(string action, bool allow, bool granted)
    {
        var questions = new List<string>();
        await using var client = await McpClient.CreateAsync(
            new StdioClientTransport(new StdioClientTransportOptions { Command = TestChildProgram.Command, Arguments = ["mcp"] }),
            new McpClientOptions
            {
                // The revision that asks by a request of the server.
                ProtocolVersion = "2025-06-18",
                Handlers = new McpClientHandlers
                {
                    ElicitationHandler = (request, _) =>
                    {
                        questions.Add(request!.Message);
                        return new ValueTask<ElicitResult>(new ElicitResult { Action = action, Content = new Dictionary<string, JsonElement> { ["allow"] = JsonSerializer.SerializeToElement(allow) } });
                    },
                },
            }).WaitAsync(Deadline.Long);
        // At once: the deadline is 45 s.
        var begun = System.Diagnostics.Stopwatch.StartNew();
        var answer = await client.CallAsync("request_permission", new { path = _folder.FullName, reason = "the build reads\u001b[1m its data" });
        Assert.Equal(granted, answer.GetProperty("granted").GetBoolean());
        Assert.Equal($"May the agent's commands read {_folder.FullName} and everything below it? It says: the build reads^[[1m its data", Assert.Single(questions));
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_the_call_fails_at_once_and_says_what_to_do()
    {
        await using var client = await McpProgram.ConnectAsync();
        var begun = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(
            "Nobody can be asked: this client does not let a server ask its user. Do without it, or have a person restart the server with --allow-host example.org:8443.",
            await client.RefusedAsync("request_permission", new { host = "Example.org", port = 8443, reason = "it is needed for the test" }));
        Assert.EndsWith($"with --read {_folder.FullName}.", await client.RefusedAsync("request_permission", new { path = _folder.FullName, reason = "it is needed for the test" }), StringComparison.Ordinal);
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
        // A program's own policy may answer without a client.
        await using var session = ToolSession.Begin(BrowserClient.For(_browser), new ToolSessionOptions { OnlyClientDecides = true });
        Assert.StartsWith("Nobody can be asked", await CallAsync(session, "request_permission", new() { ["host"] = "example.org", ["reason"] = "it is needed for the test" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "with --allow-host 'localhost:443 private'")]
    [InlineData("LOCALHOST.", "with --allow-host 'localhost:443 private'")]
    [InlineData("a.localhost", "Ask for its address")]
    [InlineData("registry", "Ask for its address")]
    [InlineData("metadata.google.internal", "Ask for its address")]
    [InlineData("169.254.169.254", "the address of a cloud's metadata service")]
    [InlineData("0xa9fea9fe", "the address of a cloud's metadata service")]
    [InlineData("::ffff:169.254.169.254", "the address of a cloud's metadata service")]
    [InlineData("fd00:ec2::254", "--allow-host [fd00:ec2::254]:443")]
    public async Task What_a_grant_would_not_reach_is_not_asked_for(string host, string sentence)
    {
        Sys.EventStream.Subscribe(TestActor, typeof(PermissionRequested));
        await using var session = ToolSession.Begin(BrowserClient.For(_browser));
        Assert.Contains(sentence, await CallAsync(session, "request_permission", new() { ["host"] = host, ["reason"] = "it is needed for the test" }), StringComparison.Ordinal);
        await ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_grant_of_a_path_where_nothing_is_is_no_success()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(PermissionRequested));
        await using var session = ToolSession.Begin(BrowserClient.For(_browser));
        var asking = CallAsync(session, "request_permission", new() { ["path"] = $"{_folder.FullName}/none", ["reason"] = "it is needed for the test" });
        _browser.Tell(new Decide((await ExpectMsgAsync<FileRequested>(Deadline.Long)).Id, PermissionDecision.AllowForSession));
        Assert.Equal($"It was granted, but nothing is at {_folder.FullName}/none: the grant has no effect. Check the path.", await asking);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:443 (a loopback address, not on the Internet)")]
    [InlineData("127.1", "127.0.0.1:443 (a loopback address, not on the Internet)")]
    [InlineData("::1", "[::1]:443 (a loopback address, not on the Internet)")]
    [InlineData("169.254.1.1", "169.254.1.1:443 (a link-local address, where clouds serve metadata, not on the Internet)")]
    [InlineData("10.1.2.3", "10.1.2.3:443 (a private-use address, not on the Internet)")]
    [InlineData("1.1.1.1", "1.1.1.1:443")]
    [InlineData("Example.org", "example.org:443")]
    public void The_person_is_told_what_kind_of_address_it_is(string host, string what) =>
        Assert.Equal($"reach {what}", PermissionAsked.WhatOf(PermissionAsked.HostOf(host, 443)));
}
