using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A child that is refused memory and aborts before a heartbeat has checked its limits.</summary>
public sealed class AbortAtLimitSpecs() : TestKit($"""
    akka.loglevel = ERROR
    akka.log-dead-letters = off
    actorbrowser.child.executable = "{TestChildProgram.Path}"
    actorbrowser.child.heartbeat-interval = 60s
    actorbrowser.child.heartbeat-timeout = 120s
    actorbrowser.sandbox.hide-layers = [control-group]
    """)
{
    [Fact]
    public async Task Its_limit_is_why_it_is_gone()
    {
        var browser = Sys.StartActorBrowser();
        var renderer = ActorBrowserSettings.From(Sys.Settings.Config).Sandbox.ProfileOf("renderer");
        var spawn = new BrowserProtocol.SpawnChild("abort-without-memory") { Policy = renderer with { Limits = new SandboxLimits { Memory = 128 << 20 } } };
        var child = (await browser.Ask<BrowserProtocol.ChildSpawned>(spawn, Deadline.Long)).Child;
        child.Tell(new Subscribe(TestActor));
        child.Tell(new SendToRole(0, default));
        IgnoreMessages(static message => message is not ChildExited);
        var exited = await ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Equal((ExitReason.Killed, KillCause.Limit, 6), (exited.Reason, exited.Cause, exited.Signal));
        Assert.Contains("limit of memory", exited.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out-of-memory", true)]
    [InlineData("out-of-memory-in-small-pieces", true)]
    [InlineData("out-of-memory-at-once", true)]
    [InlineData("out-of-memory-on-threads", true)]
    [InlineData("out-of-memory", false)]
    [InlineData("out-of-memory-in-small-pieces", false)]
    [InlineData("out-of-memory-at-once", false)]
    [InlineData("out-of-memory-on-threads", false)]
    public async Task However_it_takes_its_memory_the_limit_is_why_it_is_gone(string role, bool withoutGroup)
    {
        var settings = ActorBrowserSettings.From(Sys.Settings.Config);
        var launcher = withoutGroup ? Sys.Settings.Config : Akka.Configuration.ConfigurationFactory.ParseString("actorbrowser.sandbox.hide-layers = []").WithFallback(Sys.Settings.Config);
        var renderer = settings.Sandbox.ProfileOf("renderer");
        var browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(launcher)));
        for (var i = 0; i < 3; i++)
        {
            var probe = CreateTestProbe();
            var spawn = new BrowserProtocol.SpawnChild(role) { Policy = renderer with { Limits = new SandboxLimits { Memory = 128 << (20 + i) } }, Subscriber = probe };
            var child = (await browser.Ask<BrowserProtocol.ChildSpawned>(spawn, Deadline.Long)).Child;
            child.Tell(new SendToRole(0, default));
            var exited = (ChildExited)await probe.FishForMessageAsync(static message => message is ChildExited, Deadline.Long * 4);
            Assert.True((exited.Reason, exited.Cause) == (ExitReason.Killed, KillCause.Limit), $"{i}: {exited} {string.Join("|", exited.LastStderrLines)}");
        }
    }
}
