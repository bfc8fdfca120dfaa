using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Every state and race of one child, over the in-memory channel.</summary>
public sealed class ChildProcessSpecs() : PlayedChildSpecs("WARNING")
{
    [Theory]
    [InlineData("/proc/absent/program")]
    [InlineData("/proc/absent")]
    [InlineData("/proc")]
    public async Task A_program_that_is_not_there_is_told_as_such_and_is_not_tried_again(string path)
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.child.executable = \"{path}\"").WithFallback(Sys.Settings.Config));
        var failure = await Assert.ThrowsAsync<LaunchException>(() =>
            ProcessChildLauncher.Instance.LaunchAsync("renderer", settings.Sandbox.Find("renderer")!, settings, new ChildLog(Sys.Log, "renderer", new ChildRouter(Owner.Ref, 1)), CancellationToken.None));
        Assert.Equal(LaunchErrorKind.NotFound, failure.Kind);
        Assert.Contains("actorbrowser.child.executable", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ping_is_answered_with_its_round_trip()
    {
        var (actor, child) = await ReadyAsync();
        var asking = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        var ping = await child.NextAsync();
        Assert.Equal(MessageType.Ping, ping.Type);
        child.Send(ping.Id, new Transport.Pong(0));
        Assert.True((await asking).RoundTrip >= TimeSpan.Zero);
    }

    [Fact]
    public async Task Pings_before_Ready_wait_for_it()
    {
        var (actor, child) = await LaunchAsync();
        var asking = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        await child.BecomeReadyAsync();
        var ping = await child.NextAsync();
        child.Send(ping.Id, new Transport.Pong(0));
        await asking;
    }

    [Fact]
    public async Task More_waiting_messages_than_allowed_are_refused()
    {
        var (actor, _) = await LaunchAsync("actorbrowser.child.max-waiting = 1");
        var first = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        await Assert.ThrowsAsync<ChildLostException>(() => actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long));
        actor.Tell(ChildProcessProtocol.Kill.Instance);
        await Assert.ThrowsAsync<ChildLostException>(() => first);
    }

    [Fact]
    public async Task Shutdown_and_exit_code_0_is_clean()
    {
        var (actor, child) = await ReadyAsync();
        Watch(actor);
        actor.Tell(ChildProcessProtocol.Shutdown.Instance);
        Assert.Equal(MessageType.Shutdown, (await child.NextAsync()).Type);
        child.Channel.Dispose();
        child.Exit(0);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Clean, KillCause.None, (int?)0), (exited.Reason, exited.Cause, exited.ExitCode));
        await ExpectTerminatedAsync(actor, Deadline.Long);
        await Owner.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Exit_before_the_channel_s_end_is_told_only_after_what_it_had_sent()
    {
        var (actor, child) = await ReadyAsync();
        var asking = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        var ping = await child.NextAsync();
        child.Send(ping.Id, new Transport.Pong(0));
        child.Exit(7, null, "last words");
        await asking;
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Crashed, (int?)7), (exited.Reason, exited.ExitCode));
        Assert.Equal(["last words"], exited.LastStderrLines);
        Assert.Empty(exited.InFlight);
    }

    [Fact]
    public async Task Unanswered_pings_fail_with_the_child_and_are_named_in_its_exit()
    {
        var (actor, child) = await ReadyAsync();
        var asking = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        var ping = await child.NextAsync();
        child.Channel.Dispose();
        child.Exit(null, 11);
        await Assert.ThrowsAsync<ChildLostException>(() => asking);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Crashed, (int?)11), (exited.Reason, exited.Signal));
        Assert.Equal([ping.Id], exited.InFlight);
        Assert.Contains("SIGSEGV", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_code_0_unasked_is_no_clean_exit()
    {
        var (_, child) = await ReadyAsync();
        child.Channel.Dispose();
        child.Exit(0);
        Assert.Equal(ExitReason.Crashed, (await ExpectExitAsync()).Reason);
    }

    [Fact]
    public async Task A_child_that_ignores_the_shutdown_is_killed_at_the_timeout()
    {
        var (actor, child) = await ReadyAsync("actorbrowser.child.shutdown-timeout = 50ms");
        actor.Tell(ChildProcessProtocol.Shutdown.Instance);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.ShutdownTimeout, (int?)9), (exited.Reason, exited.Cause, exited.Signal));
        Assert.True(child.Kills > 0);
    }

    [Fact]
    public async Task A_child_that_answers_no_heartbeat_is_hung_and_killed()
    {
        await ReadyAsync("actorbrowser.child { heartbeat-interval = 20ms, heartbeat-timeout = 60ms }");
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.Hang), (exited.Reason, exited.Cause));
    }

    [Fact]
    public async Task A_child_that_closes_its_channel_and_stays_is_killed()
    {
        var (_, child) = await ReadyAsync("actorbrowser.child.shutdown-timeout = 50ms");
        child.Channel.Dispose();
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.Hang), (exited.Reason, exited.Cause));
    }

    [Fact]
    public async Task Kill_twice_is_one_exit()
    {
        var (actor, child) = await ReadyAsync();
        Watch(actor);
        actor.Tell(ChildProcessProtocol.Kill.Instance);
        actor.Tell(ChildProcessProtocol.Kill.Instance);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.Request), (exited.Reason, exited.Cause));
        await ExpectTerminatedAsync(actor, Deadline.Long);
        await Owner.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(child.Kills >= 1);
    }

    [Fact]
    public async Task Kill_while_spawning_kills_what_is_launched_later()
    {
        Launcher.Hold = new TaskCompletionSource();
        var actor = Sys.ActorOf(ChildProcessActor.Props("renderer", Settings(), [], Launcher));
        actor.Tell(new Subscribe(Owner.Ref));
        actor.Tell(ChildProcessProtocol.Kill.Instance);
        Assert.Equal(ChildState.Killing, (await actor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long)).State);
        Launcher.Hold.SetResult();
        var child = await Launcher.NextAsync();
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.Request), (exited.Reason, exited.Cause));
        Assert.True(child.Kills > 0);
    }

    [Fact]
    public async Task Kill_while_handshaking_and_while_shutting_down()
    {
        var (handshaking, _) = await LaunchAsync();
        handshaking.Tell(ChildProcessProtocol.Kill.Instance);
        Assert.Equal(KillCause.Request, (await ExpectExitAsync()).Cause);

        var (stopping, _) = await ReadyAsync();
        stopping.Tell(ChildProcessProtocol.Shutdown.Instance);
        stopping.Tell(ChildProcessProtocol.Kill.Instance);
        Assert.Equal((ExitReason.Killed, KillCause.Request), ((await ExpectExitAsync()) is var e ? (e.Reason, e.Cause) : default));
    }

    [Fact]
    public async Task Stopping_the_actor_kills_the_process_whenever_it_was_launched()
    {
        var (actor, child) = await ReadyAsync();
        await actor.GracefulStop(Deadline.Long);
        Assert.True(child.Kills > 0);

        Launcher.Hold = new TaskCompletionSource();
        var spawning = Sys.ActorOf(ChildProcessActor.Props("renderer", Settings(), [], Launcher));
        await spawning.GracefulStop(Deadline.Long);
        Launcher.Hold.SetResult();
        var late = await Launcher.NextAsync();
        await late.Exited.Soon();
        Assert.True(late.Kills > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Garbage_is_a_violation_in_every_state(bool ready)
    {
        var (_, child) = ready ? await ReadyAsync() : await LaunchAsync();
        child.Channel.SendRaw([0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(ready ? ExitReason.ProtocolViolation : ExitReason.HandshakeFailed, (await ExpectExitAsync()).Reason);
    }

    [Fact]
    public async Task A_second_Hello_and_an_unknown_message_are_violations()
    {
        var (_, first) = await ReadyAsync();
        first.SayHello();
        Assert.Equal(ExitReason.ProtocolViolation, (await ExpectExitAsync()).Reason);

        var (_, second) = await ReadyAsync();
        var header = new byte[FrameHeader.Size];
        new FrameHeader(0, (MessageType)999, 0, 1).Write(header);
        second.Channel.SendRaw(header);
        var exited = await ExpectExitAsync();
        Assert.Equal(ExitReason.ProtocolViolation, exited.Reason);
        Assert.Contains("999", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_frame_and_death_is_a_violation()
    {
        var (_, child) = await ReadyAsync();
        child.Channel.SendRaw([4, 0, 0, 0, 5, 0, 0]);
        child.Channel.Dispose();
        child.Exit(3);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.ProtocolViolation, (int?)3), (exited.Reason, exited.ExitCode));
    }

    [Fact]
    public async Task An_unknown_pong_reaches_nobody_and_harms_nothing()
    {
        var (actor, child) = await ReadyAsync();
        child.Send(4711, new Transport.Pong(0));
        var asking = actor.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
        var ping = await child.NextAsync();
        child.Send(ping.Id, new Transport.Pong(0));
        child.Send(ping.Id, new Transport.Pong(0));
        await asking;
        Assert.Equal(ChildState.Ready, (await actor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long)).State);
    }
}
