using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Children whose heartbeats come from one pass.</summary>
public sealed class HeartbeatSpecs : TestKit
{
    private readonly FakeLauncher _launcher = new();
    private readonly TestProbe _owner;

    public HeartbeatSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off") => _owner = CreateTestProbe();

    private async Task<(IActorRef Actor, FakeChild Child)> ReadyAsync()
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString(
            "actorbrowser.child { heartbeat-interval = 10ms, heartbeat-timeout = 1h }"));
        var actor = Sys.ActorOf(ChildProcessActor.Props("renderer", settings, [], _launcher));
        actor.Tell(new Subscribe(_owner.Ref));
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        await _owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
        return (actor, child);
    }

    [Fact]
    public async Task A_limit_that_a_beat_finds_reached_ends_the_child()
    {
        var (_, child) = await ReadyAsync();
        child.Limit = static () => "descriptors";
        var exited = await _owner.ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Equal((ExitReason.Killed, KillCause.Limit), (exited.Reason, exited.Cause));
        Assert.Contains("descriptors", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_cannot_be_examined_fails_alone()
    {
        var (_, other) = await ReadyAsync();
        var (_, child) = await ReadyAsync();
        child.Limit = static () => throw new IOException("No such file.");
        await AwaitAssertAsync(() => Assert.True(child.Kills > 0), Deadline.Long);
        for (var beat = 0; beat < 3; beat++)
            await other.NextHeartbeatAsync();
        Assert.Equal(0, other.Kills);
    }

    [Fact]
    public async Task A_child_that_shuts_down_is_asked_for_no_more_signs_of_life()
    {
        var (_, other) = await ReadyAsync();
        var (actor, child) = await ReadyAsync();
        actor.Tell(ChildProcessProtocol.Shutdown.Instance);
        Assert.Equal(Transport.MessageType.Shutdown, (await child.NextAsync()).Type);
        for (var beat = 0; beat < 3; beat++)
            await other.NextHeartbeatAsync();
        Assert.False(child.HasHeartbeat());
    }
}
