using Akka.Actor;

namespace ActorBrowser.ActorsTests;

/// <summary>Children whose heartbeats share one timer.</summary>
public sealed class HeartbeatSpecs() : PlayedChildSpecs("OFF")
{
    private const string Beating = "actorbrowser.child { heartbeat-interval = 10ms, heartbeat-timeout = 1h }";

    [Fact]
    public async Task A_limit_that_a_beat_finds_reached_ends_the_child()
    {
        var (_, child) = await ReadyAsync(Beating);
        child.Limit = static () => "descriptors";
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.Killed, KillCause.Limit), (exited.Reason, exited.Cause));
        Assert.Contains("descriptors", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parent_that_was_stopped_gives_its_child_the_whole_timeout_to_answer_again()
    {
        var time = new SteppedTime();
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString(
            "actorbrowser.child { heartbeat-interval = 1h, heartbeat-timeout = 4h }"));
        var (parentEnd, childEnd) = Transport.InMemoryChannel.CreatePair(settings.Channel);
        var child = new FakeChild("renderer", 1, childEnd);
        using var monitor = new HeartbeatMonitor(TestActor, new LaunchedChild(child, parentEnd), settings.Child, time);
        // Ctrl-Z overnight: the first beats afterwards see a long silence, and ping.
        time.Now += TimeSpan.FromHours(12);
        for (var beat = 0; beat < 4; beat++)
            monitor.Beat();
        ExpectNoMsg(TimeSpan.Zero);
        monitor.Answered();
        // After an answer the count starts again; silence after enough pings ends the child.
        for (var beat = 0; beat < 4; beat++)
        {
            monitor.Beat();
            time.Now += TimeSpan.FromHours(1.1);
        }
        ExpectNoMsg(TimeSpan.Zero);
        monitor.Beat();
        Assert.Equal(KillCause.Hang, ExpectMsg<HeartbeatMonitor.Trouble>().Verdict.Cause);
    }

    private sealed class SteppedTime : TimeProvider
    {
        internal TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    [Fact]
    public async Task A_child_that_cannot_be_examined_fails_alone()
    {
        var (_, other) = await ReadyAsync(Beating);
        var (_, child) = await ReadyAsync(Beating);
        child.Limit = static () => throw new IOException("No such file.");
        await AwaitAssertAsync(() => Assert.True(child.Kills > 0), Deadline.Long);
        for (var beat = 0; beat < 3; beat++)
            await other.NextHeartbeatAsync();
        Assert.Equal(0, other.Kills);
    }

    [Fact]
    public async Task A_child_that_shuts_down_is_asked_for_no_more_signs_of_life()
    {
        var (_, other) = await ReadyAsync(Beating);
        var (actor, child) = await ReadyAsync(Beating);
        actor.Tell(ChildProcessProtocol.Shutdown.Instance);
        Assert.Equal(Transport.MessageType.Shutdown, (await child.NextAsync()).Type);
        for (var beat = 0; beat < 3; beat++)
            await other.NextHeartbeatAsync();
        Assert.False(child.HasHeartbeat());
    }
}
