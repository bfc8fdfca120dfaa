using System.Text;
using ActorBrowser.TestKit;
using ActorBrowser.Transport;
using Akka.Actor;
using Xunit;
using static ActorBrowser.BrowserProtocol;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.GuideTests;

// <!-- launcher -->
public sealed class ScriptedChildSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = WARNING")
{
    [Fact]
    public async Task A_probe_hears_the_answer_and_then_how_the_child_ended()
    {
        var children = new ScriptedChildren(ChildScript.Answering(static question => question with { Payload = Encoding.UTF8.GetBytes("played") }));
        var browser = Sys.StartActorBrowser(children.Options);
        var probe = CreateTestProbe();

        browser.Tell(new SpawnChild("word-counter") { Subscriber = probe.Ref }, TestActor);
        var child = (await ExpectMsgAsync<ChildSpawned>()).Child;
        await probe.ExpectMsgAsync<ChildReady>();

        child.Tell(new SendToRole(1, default), TestActor);
        Assert.Equal("played", Encoding.UTF8.GetString((await ExpectMsgAsync<RoleAnswer>()).Payload.Span));

        children.All[0].Exit(3, "no paper");
        var exited = await probe.ExpectMsgAsync<ChildExited>();
        Assert.Equal((ExitReason.Crashed, 3, "no paper"), (exited.Reason, exited.ExitCode, exited.LastStderrLines[^1]));
    }
}
// <!-- /launcher -->

/// <summary>Other behaviours that a script can choose.</summary>
public sealed class ChildScriptSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = OFF")
{
    private const string Quick = "actorbrowser.child { handshake-timeout = 300ms, shutdown-timeout = 200ms, heartbeat-interval = 50ms, heartbeat-timeout = 200ms }";

    private static readonly SendToRole Question = new(7, Encoding.UTF8.GetBytes("?"));

    private async Task<(IActorRef Child, Akka.TestKit.TestProbe Probe)> SpawnAsync(ScriptedChildren children)
    {
        var options = children.Options;
        options.Configuration = Quick;
        var probe = CreateTestProbe();
        Sys.StartActorBrowser(options).Tell(new SpawnChild("word-counter") { Subscriber = probe.Ref }, TestActor);
        var child = (await ExpectMsgAsync<ChildSpawned>()).Child;
        await probe.ExpectMsgAsync<ChildReady>();
        return (child, probe);
    }

    [Fact]
    public async Task A_late_answer_comes_when_the_test_wants_it()
    {
        var answer = new TaskCompletionSource<RoleMessage?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var children = new ScriptedChildren(new ChildScript { OnMessage = _ => answer.Task });
        var (child, _) = await SpawnAsync(children);
        child.Tell(Question, TestActor);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        answer.SetResult(new RoleMessage(9, default));
        Assert.Equal(9, (await ExpectMsgAsync<RoleAnswer>()).Kind);
        Assert.Equal("?", Encoding.UTF8.GetString(Assert.Single(children.All[0].Received).Payload.Span));
    }

    [Theory]
    [InlineData(2, null, 1)]
    [InlineData(null, 2, 2)]
    public async Task It_dies_before_a_message_or_after_an_answer(int? before, int? after, int answered)
    {
        var children = new ScriptedChildren(ChildScript.Answering(static question => question) with { DiesBefore = before, DiesAfter = after });
        var (child, probe) = await SpawnAsync(children);
        for (var i = 0; i < answered; i++)
        {
            child.Tell(Question, TestActor);
            await ExpectMsgAsync<RoleAnswer>();
        }
        if (before is not null)
        {
            child.Tell(Question, TestActor);
            Assert.IsType<ChildLostException>((await ExpectMsgAsync<Akka.Actor.Status.Failure>()).Cause);
        }
        Assert.Equal(9, (await probe.ExpectMsgAsync<ChildExited>()).Signal);
        Assert.False(children.All[0].IsAlive);
    }

    [Fact]
    public async Task Garbage_ends_it_for_breaking_the_protocol()
    {
        var children = new ScriptedChildren(new ChildScript());
        var (_, probe) = await SpawnAsync(children);
        children.All[0].SendGarbage([0xde, 0xad, 0xbe, 0xef, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        Assert.Equal(ExitReason.ProtocolViolation, (await probe.ExpectMsgAsync<ChildExited>()).Reason);
    }

    [Fact]
    public async Task One_that_answers_no_ping_is_ended_as_unresponsive()
    {
        var (_, probe) = await SpawnAsync(new ScriptedChildren(new ChildScript { AnswersPings = false }));
        Assert.Equal(KillCause.Hang, (await probe.ExpectMsgAsync<ChildExited>()).Cause);
    }

    [Fact]
    public async Task One_that_never_becomes_ready_has_failed_to_spawn()
    {
        var options = new ScriptedChildren(new ChildScript { BecomesReady = false }).Options;
        options.Configuration = Quick;
        Sys.StartActorBrowser(options).Tell(new SpawnChild("word-counter"), TestActor);
        await ExpectMsgAsync<ChildSpawnFailed>();
    }

    [Fact]
    public async Task A_launch_that_fails_says_the_script_s_reason()
    {
        var children = new ScriptedChildren(new ChildScript { LaunchFailure = "no paper" });
        Sys.StartActorBrowser(children.Options).Tell(new SpawnChild("word-counter"), TestActor);
        Assert.Contains("no paper", (await ExpectMsgAsync<ChildSpawnFailed>()).ToString(), StringComparison.Ordinal);
        Assert.Empty(children.All);
    }

    [Fact]
    public async Task What_a_script_throws_is_its_crash()
    {
        var (child, probe) = await SpawnAsync(new ScriptedChildren(ChildScript.Answering(static _ => throw new InvalidOperationException("no ink"))));
        child.Tell(Question, TestActor);
        var exited = await probe.ExpectMsgAsync<ChildExited>();
        Assert.Equal((70, "System.InvalidOperationException: no ink"), (exited.ExitCode, exited.LastStderrLines[^1]));
    }

    [Fact]
    public async Task One_that_ignores_its_shutdown_is_killed()
    {
        var (deaf, probe) = await SpawnAsync(new ScriptedChildren(new ChildScript { ObeysShutdown = false }));
        deaf.Tell(ChildProcessProtocol.Shutdown.Instance);
        Assert.Equal(KillCause.ShutdownTimeout, (await probe.ExpectMsgAsync<ChildExited>()).Cause);
    }

    [Fact]
    public async Task Each_start_may_have_another_script_and_the_test_waits_for_one()
    {
        var starts = 0;
        var children = new ScriptedChildren(role => ChildScript.Answering(question => question with { Kind = (ushort)starts }) with { DiesBefore = ++starts == 1 ? 1 : null });
        var (first, probe) = await SpawnAsync(children);
        first.Tell(Question, TestActor);
        await ExpectMsgAsync<Akka.Actor.Status.Failure>();
        await probe.ExpectMsgAsync<ChildExited>();
        var second = children.StartedAsync(2);
        Assert.False(second.IsCompleted);
        Sys.ActorSelection("/user/browser").Tell(new SpawnChild("word-counter"), TestActor);
        var spawned = await ExpectMsgAsync<ChildSpawned>();
        spawned.Child.Tell(Question, TestActor);
        Assert.Equal(2, (await ExpectMsgAsync<RoleAnswer>()).Kind);
        Assert.Equal("word-counter", (await second).Role);
    }
}
