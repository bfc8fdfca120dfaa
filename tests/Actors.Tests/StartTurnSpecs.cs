using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Children that wait for their turn to start, in virtual time.</summary>
public sealed class StartTurnSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private readonly FakeLauncher _launcher = new();

    [Fact]
    public async Task Children_start_in_turn_and_their_deadline_begins_with_their_process()
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString("actorbrowser.child { max-starting = 1, handshake-timeout = 2s }"));
        var owner = CreateTestProbe();
        for (var i = 0; i < 3; i++)
        {
            var waiting = Sys.ActorOf(ChildProcessActor.Props("echo", settings, [], _launcher));
            waiting.Tell(new Subscribe(owner.Ref));
            await waiting.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long);
        }
        for (var i = 0; i < 3; i++)
        {
            var child = await _launcher.NextAsync();
            Assert.Equal(i + 1, _launcher.Launches);
            // Three in a row take longer than the timeout of one.
            ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(0.9));
            Assert.Equal(i + 1, _launcher.Launches);
            await child.BecomeReadyAsync();
            await owner.ExpectMsgAsync<ChildReady>(Deadline.Long);
        }
    }
}
