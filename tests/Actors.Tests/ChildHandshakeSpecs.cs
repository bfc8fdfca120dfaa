using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>One child from its launch to Ready, over the in-memory channel.</summary>
public sealed class ChildHandshakeSpecs() : PlayedChildSpecs("WARNING")
{
    [Fact]
    public async Task A_launch_that_fails_is_an_exit()
    {
        Launcher.Failure = static () => new LaunchException(LaunchErrorKind.NotFound, "there is no such program", 2);
        Launcher.Hold = new TaskCompletionSource();
        var actor = ActorOf(ChildProcessActor.Props("renderer", Settings(), [], Launcher));
        actor.Tell(new Subscribe(Owner.Ref));
        // Waits for the subscription: an actor that subscribes after the end gets no event.
        await actor.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long);
        Launcher.Hold.SetResult();
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.SpawnFailed, 0), (exited.Reason, exited.ProcessId));
        Assert.Contains("no such program", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_never_says_Hello_is_killed_at_the_deadline()
    {
        await LaunchAsync("actorbrowser.child.handshake-timeout = 500ms");
        Assert.Equal(ExitReason.HandshakeFailed, (await ExpectExitAsync()).Reason);
    }

    [Fact]
    public async Task A_child_that_exits_before_Hello_failed_its_handshake()
    {
        var (_, child) = await LaunchAsync();
        child.Channel.Dispose();
        child.Exit(7);
        var exited = await ExpectExitAsync();
        Assert.Equal((ExitReason.HandshakeFailed, (int?)7), (exited.Reason, exited.ExitCode));
    }

    [Theory]
    [InlineData("version")]
    [InlineData("build")]
    [InlineData("role")]
    [InlineData("pid")]
    public async Task A_wrong_Hello_is_refused_by_name(string wrong)
    {
        var (_, child) = await LaunchAsync();
        child.SayHello(
            wrong == "version" ? 99 : null, wrong == "build" ? Guid.NewGuid() : null, wrong == "role" ? "network" : null, wrong == "pid" ? 1 : null);
        var exited = await ExpectExitAsync();
        Assert.Equal(ExitReason.HandshakeFailed, exited.Reason);
        Assert.Contains("Hello was refused", exited.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hello_and_Ready_and_exit_in_one_breath_are_each_told()
    {
        var (_, child) = await LaunchAsync();
        child.Channel.Write(0, new Hello(WireProtocol.Version, WireProtocol.BuildId, "renderer", child.Id, []));
        child.Channel.Write(0, default(Ready));
        child.Channel.Flush();
        child.Channel.Dispose();
        child.Exit(3);
        await Owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
        Assert.Equal((int?)3, (await ExpectExitAsync()).ExitCode);
    }
}
