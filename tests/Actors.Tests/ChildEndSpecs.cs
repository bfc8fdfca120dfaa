using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A child's end is reported correctly to everyone who waits for it.</summary>
public sealed class ChildEndSpecs() : PlayedChildSpecs("OFF")
{
    private async Task<(IActorRef Browser, IActorRef Actor, FakeChild Child)> SpawnedAsync(IActorRef? subscriber = null)
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));
        var spawning = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo") { Subscriber = subscriber }, Deadline.Long);
        var child = await Launcher.NextAsync();
        await child.BecomeReadyAsync();
        return (browser, (await spawning).Child, child);
    }

    [Fact]
    public async Task A_subscriber_given_with_SpawnChild_hears_of_the_exit_with_code_and_last_lines()
    {
        var (_, _, child) = await SpawnedAsync(Owner.Ref);
        await Owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
        child.Channel.Dispose();
        child.Exit(7, null, "one", "two");
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Crashed, (int?)7), (exited.Reason, exited.ExitCode));
        Assert.Equal(["one", "two"], exited.LastStderrLines);
    }

    [Fact]
    public async Task A_question_in_flight_and_a_question_to_a_child_that_is_gone_fail_with_its_exit()
    {
        var (_, actor, child) = await SpawnedAsync(Owner.Ref);
        var asking = actor.Ask<RoleAnswer>(new SendToRole(1, default), Deadline.Long);
        await child.NextAsync();
        child.Channel.Dispose();
        child.Exit(7, null, "last words");
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => asking);
        Assert.Equal((int?)7, lost.Exited!.ExitCode);
        Assert.Equal(["last words"], lost.LastStderrLines);
        Assert.Contains("last words", lost.Message, StringComparison.Ordinal);
        Watch(actor);
        await ExpectTerminatedAsync(actor, Deadline.Long);
        var late = await Assert.ThrowsAsync<ChildLostException>(() => actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long));
        Assert.Equal((int?)7, late.Exited!.ExitCode);
        await Assert.ThrowsAsync<ChildLostException>(() => actor.Ask<RoleAnswer>(new SendToRole(1, default), Deadline.Long));
        var status = await actor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long);
        Assert.Equal((ChildState.Exited, ChildImage.Jit), (status.State, status.Image));
        actor.Tell(new Subscribe(TestActor));
        Assert.Equal((int?)7, (await ExpectMsgAsync<ChildExited>(Deadline.Long)).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_s_question_to_a_child_that_is_ending_or_is_gone_fails_with_its_exit(bool killed)
    {
        var (_, actor, child) = await SpawnedAsync();
        var client = ChildClient.For(actor);
        child.DiesWhenKilled = false;
        if (killed)
            actor.Tell(ChildProcessProtocol.Kill.Instance);
        else
            actor.Tell(ChildProcessProtocol.Shutdown.Instance);
        Task[] questions = [client.AskAsync(new SendToRole(1, default)), client.PingAsync()];
        Assert.Equal(killed ? ChildState.Killing : ChildState.ShuttingDown, (await actor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long)).State);
        child.Channel.Dispose();
        child.Exit(killed ? null : 0, killed ? 9 : null);
        foreach (var question in questions)
            Assert.Equal(killed ? ExitReason.Killed : ExitReason.Clean, (await Assert.ThrowsAsync<ChildLostException>(() => question.Soon())).Exited?.Reason);
        Watch(actor);
        await ExpectTerminatedAsync(actor, Deadline.Long);
        Assert.Equal(child.Id, (await Assert.ThrowsAsync<ChildLostException>(() => client.AskAsync(new SendToRole(1, default)).Soon())).Exited?.ProcessId);
        Assert.Equal(child.Id, (await Assert.ThrowsAsync<ChildLostException>(() => client.PingAsync().Soon())).Exited?.ProcessId);
        // A reference made from the path after the end names an actor that never was.
        var other = ChildClient.For(((IInternalActorRef)actor).Provider.ResolveActorRef(actor.Path));
        Assert.Contains("has stopped", (await Assert.ThrowsAsync<ChildLostException>(() => other.PingAsync().Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_s_question_to_a_child_whose_browser_has_stopped_says_so()
    {
        var (browser, actor, _) = await SpawnedAsync();
        Watch(browser);
        Sys.Stop(browser);
        await ExpectTerminatedAsync(browser, Deadline.Long);
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => ChildClient.For(actor).PingAsync().Soon());
        Assert.Contains($"{actor.Path} has stopped", lost.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_actor_that_is_stopped_or_fails_kills_its_process_fails_its_questions_and_makes_no_second_one(bool fails)
    {
        var (actor, child) = await ReadyAsync(role: "echo");
        Watch(actor);
        var asking = actor.Ask<RoleAnswer>(new SendToRole(1, default), Deadline.Long);
        var waiting = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        await child.NextAsync();
        // The second question was accepted too: one that the actor never saw has no browser here that would answer it.
        await child.NextAsync();
        if (fails)
            actor.Tell(Poison.Instance);
        else
            Sys.Stop(actor);
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => asking);
        Assert.Equal(KillCause.Parent, lost.Exited!.Cause);
        await Assert.ThrowsAsync<ChildLostException>(() => waiting);
        var exited = await ExpectExitAsync();
        Assert.Equal((KillCause.Parent, ChildImage.Jit), (exited.Cause, exited.Image));
        await ExpectTerminatedAsync(actor, Deadline.Long);
        await child.Exited.Soon();
        Assert.Equal(1, Launcher.Launches);
    }

    [Fact]
    public async Task A_child_that_ended_itself_for_want_of_memory_was_killed_by_its_limit()
    {
        var (_, child) = await ReadyAsync();
        child.Channel.Dispose();
        child.Exit(73);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.Limit), (exited.Reason, exited.Cause));
        Assert.Contains("memory", exited.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(71, true)]
    [InlineData(70, false)]
    public async Task An_exit_before_Ready_says_what_the_child_said_and_whether_the_next_would_end_so_too(int code, bool willRecur)
    {
        var (_, child) = await LaunchAsync();
        child.Channel.Dispose();
        child.Exit(code, null, "noise", "actorbrowser child: this program has no role 'x'");
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.HandshakeFailed, willRecur), (exited.Reason, exited.WillRecur));
        Assert.Contains("this program has no role 'x'", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_killed_before_its_Hello_is_looked_at_was_killed_and_not_unconfined()
    {
        var dead = await DeadProcessAsync();
        var settings = Settings();
        var (parentEnd, childEnd) = InMemoryChannel.CreatePair(settings.Channel);
        var child = new FakeChild("echo", dead, childEnd);
        var plan = settings.Sandbox.PlanFor(settings.Sandbox.ProfileOf("network") with { }, ChildExecutable.FromPath(TestChildProgram.Path));
        var actor = Sys.ActorOf(ChildProcessActor.Props("echo", settings, [], new Ready(new LaunchedChild(child, parentEnd) { Plan = plan })));
        actor.Tell(new Subscribe(Owner.Ref));
        child.SayHello(pid: plan.IsFirstProcess ? 1 : dead);
        child.Channel.Dispose();
        child.Exit(null, 9);
        var exited = await ExpectExitAsync();
        Assert.Equal(ExitReason.HandshakeFailed, exited.Reason);
        Assert.Contains("SIGKILL", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_says_nothing_is_told_with_what_may_be_missing_in_its_program()
    {
        await LaunchAsync("actorbrowser.child.handshake-timeout = 100ms");
        Assert.Contains("must begin with ActorBrowserChild.TryRun", (await ExpectExitAsync()).Message, StringComparison.Ordinal);
    }

    private static async Task<int> DeadProcessAsync()
    {
        using var process = System.Diagnostics.Process.Start("true");
        await process.WaitForExitAsync();
        return process.Id;
    }

    private sealed class Ready(LaunchedChild child) : IChildLauncher
    {
        public Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation) => Task.FromResult(child);
    }
}
