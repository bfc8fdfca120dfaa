using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The tests required by name, and the network child, on real processes.</summary>
public sealed class RealProcessSpecs : TestKit
{
    private static readonly string Overrides = $$"""
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        actorbrowser.child.shutdown-timeout = 1s
        actorbrowser.child.environment.echo.GREETING = "good day"
        actorbrowser.child.environment.renderer.ADDRESSEE = "somebody else"
        """;

    private readonly IActorRef _browser;

    public RealProcessSpecs() : base(Overrides) => _browser = Sys.StartActorBrowser();

    private async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role) => await BrowserClient.For(_browser).SpawnAsync(role).Soon();

    private static Task<ChildProcessProtocol.Status> StatusAsync(IActorRef child) => child.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long);

    [Fact]
    public async Task Spawn_ping_pong_shutdown_with_exit_code_0()
    {
        var child = await SpawnAsync("renderer");
        child.Child.Tell(new Subscribe(TestActor));
        await child.Child.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        child.Child.Tell(ChildProcessProtocol.Shutdown.Instance);
        var exited = await ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Equal((ExitReason.Clean, (int?)0), (exited.Reason, exited.ExitCode));
        Assert.False(ProcessTable.Exists(child.ProcessId));
    }

    [Theory]
    [InlineData("renderer")]
    [InlineData("network")]
    [InlineData("command-runner")]
    public async Task A_live_child_has_no_Akka_loaded(string role)
    {
        var args = role == "command-runner" ? Transport.CommandRunnerContract.WriteArgs(1) : role == "network" ? ActorBrowserSettings.From(Sys.Settings.Config).NetworkArgs() : [];
        var spawned = await _browser.Ask<object>(new BrowserProtocol.SpawnChild(role) { RoleArgs = args }, Deadline.Long);
        Assert.True(spawned is BrowserProtocol.ChildSpawned, spawned.ToString());
        var answer = (BrowserProtocol.ChildSpawned)spawned;
        string maps;
        try
        {
            maps = await File.ReadAllTextAsync($"/proc/{answer.ProcessId}/maps");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // An ordinary user may not inspect a child that is not dumpable; a run as root covers that.
            Assert.NotEqual("root", Environment.UserName);
            return;
        }
        Assert.Contains(TestChildProgram.IsNative ? Path.GetFileName(TestChildProgram.Path) : "ActorBrowser.ChildEntrypoints.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("Akka", maps, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alive_true_then_false()
    {
        var child = await SpawnAsync("renderer");
        Assert.True((await StatusAsync(child.Child)).IsAlive);
        Watch(child.Child);
        child.Child.Tell(ChildProcessProtocol.Shutdown.Instance);
        await ExpectTerminatedAsync(child.Child, Deadline.Long);
        Assert.False(ProcessTable.Exists(child.ProcessId));
    }

    [Fact]
    public async Task Unresponsive_child_is_killed_at_the_shutdown_timeout()
    {
        var child = await SpawnAsync("hang");
        child.Child.Tell(new Subscribe(TestActor));
        child.Child.Tell(new SendToRole(0, default), ActorRefs.NoSender);
        child.Child.Tell(ChildProcessProtocol.Shutdown.Instance);
        var exited = await ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Equal((ExitReason.Killed, KillCause.ShutdownTimeout, (int?)9), (exited.Reason, exited.Cause, exited.Signal));
    }

    [Theory]
    [InlineData("out-of-memory")]
    [InlineData("out-of-memory-on-its-channel")]
    public async Task A_child_at_its_limit_of_memory_was_killed_by_its_limit(string role)
    {
        var child = await SpawnAsync(role);
        child.Child.Tell(new Subscribe(TestActor));
        child.Child.Tell(new SendToRole(0, default), ActorRefs.NoSender);
        var exited = await FishForMessageAsync<ChildExited>(static _ => true, TimeSpan.FromMinutes(1));
        Assert.True((exited.Reason, exited.Cause) == (ExitReason.Killed, KillCause.Limit), $"{exited.Reason}, {exited.Message} {string.Join("|", exited.LastStderrLines)}");
        Assert.Contains("memory", exited.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("too-long", "send it in pieces")]
    [InlineData("not-its-message", "may not send FetchCancel")]
    public async Task A_role_that_writes_what_cannot_be_sent_fails_loudly(string role, string sentence)
    {
        var child = await SpawnAsync(role);
        child.Child.Tell(new Subscribe(TestActor));
        child.Child.Tell(new SendToRole(0, default), ActorRefs.NoSender);
        var exited = await ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Equal(ExitReason.Crashed, exited.Reason);
        Assert.Contains(exited.LastStderrLines, line => line.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_role_and_a_program_that_forgets_the_line_are_told_at_once_as_what_they_are()
    {
        var unknown = await _browser.Ask<BrowserProtocol.ChildSpawnFailed>(new BrowserProtocol.SpawnChild("nobody-s"), Deadline.Long);
        Assert.Contains("this program has no role 'nobody-s'", unknown.Exited.Message, StringComparison.Ordinal);
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString("actorbrowser.child.environment.echo { TESTCHILD_FORGETS = yes }").WithFallback(Sys.Settings.Config));
        var forgetful = Sys.ActorOf(BrowserActor.Props(settings));
        var forgot = await forgetful.Ask<BrowserProtocol.ChildSpawnFailed>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        Assert.Contains("its Main must begin with 'if (ActorBrowserChild.TryRun(", forgot.Exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dropping_the_handle_leaves_no_process_and_no_zombie()
    {
        var child = await SpawnAsync("renderer");
        Sys.Stop(child.Child);
        await ProcessTable.Until(() => !ProcessTable.Exists(child.ProcessId), Deadline.Long);
        var another = await SpawnAsync("busy");
        await Sys.Terminate().Soon();
        await ProcessTable.Until(() => !ProcessTable.Exists(another.ProcessId), Deadline.Long);
    }

    [Theory]
    [InlineData("invalid", ExitReason.HandshakeFailed, 64, "no role")]
    [InlineData("browser", ExitReason.HandshakeFailed, 64, "never a subprocess")]
    [InlineData("exit-before-hello", ExitReason.HandshakeFailed, 7, "")]
    [InlineData("half-frame", ExitReason.HandshakeFailed, null, "")]
    [InlineData("garbage", ExitReason.HandshakeFailed, null, "")]
    [InlineData("wrong-version", ExitReason.HandshakeFailed, null, "")]
    [InlineData("wrong-pid", ExitReason.HandshakeFailed, null, "")]
    public async Task Invalid_kinds_browser_as_a_kind_and_broken_handshakes_are_errors(string role, ExitReason reason, int? code, string words)
    {
        var failed = await _browser.Ask<BrowserProtocol.ChildSpawnFailed>(new BrowserProtocol.SpawnChild(role), Deadline.Long);
        Assert.Equal(reason, failed.Exited.Reason);
        if (code is not null)
            Assert.Equal(code, failed.Exited.ExitCode);
        if (words.Length > 0)
            Assert.Contains(failed.Exited.LastStderrLines, l => l.Contains(words, StringComparison.Ordinal));
        Assert.False(ProcessTable.Exists(failed.Exited.ProcessId));
    }

    [Fact]
    public async Task Fd_inheritance_works_through_the_environment_variable()
    {
        var child = await SpawnAsync("echo");
        var answer = await child.Child.Ask<RoleAnswer>(new SendToRole(2, default), Deadline.Long);
        Assert.Contains("ACTORBROWSER_IPC_FD", System.Text.Encoding.UTF8.GetString(answer.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_that_throws_is_refused_as_a_message_to_a_role_and_harms_nothing()
    {
        var child = await SpawnAsync("echo");
        var refused = await Assert.ThrowsAsync<InvalidMessageException>(() => child.Child.Ask<RoleAnswer>(new SendToRole(2, HostileMemory.Of(9)), Deadline.Long));
        Assert.Contains("hostile", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await child.Child.Ask<RoleAnswer>(new SendToRole(2, default), Deadline.Long)).Payload.ToArray());
    }

    [Fact]
    public async Task A_child_gets_the_variables_of_its_role_and_no_others()
    {
        var child = await SpawnAsync("echo");
        var names = System.Text.Encoding.UTF8.GetString((await child.Child.Ask<RoleAnswer>(new SendToRole(2, default), Deadline.Long)).Payload.Span).Split('\n');
        Assert.Contains("GREETING", names);
        Assert.DoesNotContain("ADDRESSEE", names);
    }

    [Theory]
    [InlineData("half-frame-when-ready", ExitReason.ProtocolViolation)]
    [InlineData("undeclared-descriptors", ExitReason.ProtocolViolation)]
    [InlineData("exit-7", ExitReason.Crashed)]
    [InlineData("abort", ExitReason.Crashed)]
    [InlineData("three-lines", ExitReason.Crashed)]
    public async Task A_child_that_misbehaves_once_ready_has_the_right_exit(string role, ExitReason reason)
    {
        var child = await SpawnAsync(role);
        child.Child.Tell(new Subscribe(TestActor));
        child.Child.Tell(new SendToRole(0, default), ActorRefs.NoSender);
        FishForMessage(m => m is ChildExited, Deadline.Long);
        var exited = Assert.IsType<ChildExited>(LastMessage);
        Assert.Equal(reason, exited.Reason);
        if (role == "three-lines")
            Assert.Equal(["one", "two", "three"], exited.LastStderrLines);
        if (role == "abort")
            Assert.Equal(6, exited.Signal);
    }

    [Fact]
    public async Task Killing_the_network_child_fails_each_fetch_once_and_the_next_one_works()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holding = new SemaphoreSlim(0);
        await using var server = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/held")
            {
                holding.Release();
                await held.Task.WaitAsync(context.RequestAborted);
            }
            await context.Response.WriteAsync("hello");
        });
        var client = BrowserClient.For(_browser);

        var first = (await client.FetchAsync(new FetchProtocol.Fetch(server.Root + "/")).Soon()).Response!;
        Assert.Equal((200, "hello"), (first.Status, System.Text.Encoding.UTF8.GetString(first.Body.Span)));

        var pending = Enumerable.Range(0, 5).Select(_ => client.FetchAsync(new FetchProtocol.Fetch(server.Root + "/held"))).ToArray();
        for (var i = 0; i < pending.Length; i++)
            Assert.True(await holding.WaitAsync(Deadline.Long));
        await Signals.SendAsync(first.ChildProcessId, "KILL");
        Assert.All(await Task.WhenAll(pending).Soon(), r => Assert.Equal(FetchErrorKind.ChildLost, r.Failure?.Kind));

        held.SetResult();
        var next = (await client.FetchAsync(new FetchProtocol.Fetch(server.Root + "/held")).Soon()).Response!;
        Assert.NotEqual(first.ChildProcessId, next.ChildProcessId);
        var stats = await _browser.Ask<FetchProtocol.FetchStats>(FetchProtocol.GetStats.Instance, Deadline.Long);
        Assert.Equal((0, 2L, 5L), (stats.Pending, stats.Completed, stats.Failed));
    }
}
