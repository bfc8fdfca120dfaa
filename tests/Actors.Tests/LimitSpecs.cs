using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>When a child floods any resource, its actor reports which limit ended it, and no other child is affected.</summary>
[Collection("probe children are counted")]
public sealed class LimitSpecs : TestKit
{
    private readonly IActorRef _browser;
    private readonly SandboxPolicy _renderer;

    public LimitSpecs() : base($"""
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{TestChildProgram.Path}"
        actorbrowser.child.heartbeat-interval = 200ms
        """)
    {
        _browser = Sys.StartActorBrowser();
        _renderer = ActorBrowserSettings.From(Sys.Settings.Config).Sandbox.ProfileOf("renderer");
    }

    public static TheoryData<ushort, SandboxLimits, string> Floods => new()
    {
        { (ushort)ProbeQuestion.FloodMemory, new SandboxLimits { Memory = 128 << 20 }, "memory" },
        { (ushort)ProbeQuestion.FloodDescriptors, new SandboxLimits { Descriptors = 200 }, "descriptors" },
        { (ushort)ProbeQuestion.FloodProcesses, new SandboxLimits { Processes = 64 }, "processes" },
        { (ushort)ProbeQuestion.Spin, new SandboxLimits { ProcessorTime = 1 }, "processor-time" },
    };

    [Theory, MemberData(nameof(Floods))]
    public async Task A_flood_ends_in_Killed_with_the_limits_name(ushort question, SandboxLimits limits, string name)
    {
        // Linux before 6.2 does not report how many descriptors another process has.
        if (name == "descriptors" && Environment.OSVersion.Version < new Version(6, 2))
            return;
        var other = await SpawnAsync(new SandboxLimits());
        var child = await SpawnAsync(limits);
        child.Tell(new Subscribe(TestActor));
        IgnoreMessages(static message => message is not ChildExited);
        child.Tell(new SendToRole(question, default));
        var exited = await ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Equal((ExitReason.Killed, KillCause.Limit), (exited.Reason, exited.Cause));
        Assert.Contains($"limit of {name}", exited.Message, StringComparison.Ordinal);
        await other.Ask<ChildProcessProtocol.Pong>(ChildProcessProtocol.Ping.Instance, Deadline.Long);
    }

    private async Task<IActorRef> SpawnAsync(SandboxLimits limits)
    {
        var spawn = new BrowserProtocol.SpawnChild("probe")
        {
            Policy = _renderer with { Limits = limits },
            RoleArgs = new ProbeTargets(0, 0, "", "", "", 0, "").ToBytes(),
        };
        return (await _browser.Ask<BrowserProtocol.ChildSpawned>(spawn, Deadline.Long)).Child;
    }
}
