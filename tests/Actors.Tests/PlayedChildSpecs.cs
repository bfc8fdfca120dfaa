using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Base of the tests of children's actors over the in-memory channel: the test plays the child.</summary>
public abstract class PlayedChildSpecs : TestKit
{
    private protected PlayedChildSpecs(string logLevel) : base($"akka.loglevel = {logLevel}\nakka.log-dead-letters = off") => Owner = CreateTestProbe();

    private protected FakeLauncher Launcher { get; } = new();

    private protected TestProbe Owner { get; }

    private protected static ActorBrowserSettings Settings(string overrides = "") =>
        ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString(overrides));

    private protected async Task<(IActorRef Actor, FakeChild Child)> LaunchAsync(string overrides = "", string role = "renderer")
    {
        var actor = Sys.ActorOf(ChildProcessActor.Props(role, Settings(overrides), [], Launcher));
        actor.Tell(new Subscribe(Owner.Ref));
        return (actor, await Launcher.NextAsync());
    }

    private protected async Task<(IActorRef Actor, FakeChild Child)> ReadyAsync(string overrides = "", string role = "renderer")
    {
        var (actor, child) = await LaunchAsync(overrides, role);
        await child.BecomeReadyAsync();
        await Owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
        return (actor, child);
    }

    private protected async Task<ChildExited> ExpectExitAsync() => await Owner.ExpectMsgAsync<ChildExited>(Deadline.Long);
}
