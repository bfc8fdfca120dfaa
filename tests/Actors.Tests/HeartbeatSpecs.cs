using Akka.Actor;

namespace ActorBrowser.ActorsTests;

/// <summary>Children whose heartbeats come from one pass.</summary>
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
