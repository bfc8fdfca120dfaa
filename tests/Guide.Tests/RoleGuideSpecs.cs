using ActorBrowser.Samples.Roles;
using ActorBrowser.TestKit;
using Akka.Actor;
using Xunit;

namespace ActorBrowser.GuideTests;

// <!-- unit -->
public sealed class ScannerSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = WARNING")
{
    [Fact]
    public async Task A_file_without_the_mark_is_clean()
    {
        var file = Path.GetTempFileName();
        // The handlers run in this process, so that a breakpoint in them stops; messages are serialised as for a child.
        var scanner = Scanner.Role.InProcess(Sys);
        Assert.Equal(new Verdict(true, "0 characters read"), await scanner.Ask<Verdict>(new Scan(file)));
        File.Delete(file);
    }
}
// <!-- /unit -->

// <!-- played -->
public sealed class PlayedScannerSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = OFF")
{
    private sealed class Player
    {
        internal static readonly RoleDefinition<Player> Role = RoleDefinition.For("scanner", static () => new Player())
            .Handles<Scan, Verdict>(static (_, scan, _) => ValueTask.FromResult(new Verdict(false, $"played for {scan.Path}")));
    }

    [Fact]
    public async Task The_second_request_finds_its_child_dead_and_the_third_another_child()
    {
        // The player has the same messages. It plays the child, and everything in the parent is real.
        var children = new ScriptedChildren(new ChildScript { Role = Player.Role, DiesBefore = 2 });
        var browser = Sys.StartActorBrowser(children.Options.AddRole(Scanner.Role, static role => role.WithPool(max: 1)));
        var scanner = RoleClient<Scanner>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("scanner"))).Role);

        Assert.Equal(new Verdict(false, "played for one"), await scanner.AskAsync<Verdict>(new Scan("one")));
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => scanner.AskAsync<Verdict>(new Scan("two")));
        Assert.Equal(9, lost.Exited!.Signal);
        Assert.Equal(new Verdict(false, "played for three"), await scanner.AskAsync<Verdict>(new Scan("three")));
    }
}
// <!-- /played -->

// <!-- subscribe -->
public sealed class ProgressSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = OFF")
{
    [Fact]
    public async Task A_subscriber_hears_of_the_progress()
    {
        var finder = Finder.Role.InProcess(Sys, role => role.WithPool(max: 1));
        await finder.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(TestActor));
        finder.Tell(new Forget("finding 2"), ActorRefs.NoSender);
        Assert.Equal(["finding 1", "finding 3"], await RoleClient<Finder>.For(finder).StreamAsync<string>(new Find(Most: 3)).ToListAsync());
        for (var i = 1; i <= 3; i++)
            Assert.Equal(new Progress(i), await ExpectMsgAsync<Progress>());
    }
}
// <!-- /subscribe -->

/// <summary>A player that lacks a message of the role.</summary>
public sealed class LackingPlayerSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = OFF")
{
    [Fact]
    public async Task It_says_which_messages_it_has_and_which_the_browser_s_role_has()
    {
        var lacking = RoleDefinition.For("finder", static () => new object()).Receives<Forget>(static (_, _, _) => default);
        var children = new ScriptedChildren(new ChildScript { Role = lacking });
        var browser = Sys.StartActorBrowser(children.Options.AddRole(Finder.Role, static role => role.WithPool(max: 1)));
        var finder = RoleClient<Finder>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("finder"))).Role);
        var refused = await Assert.ThrowsAsync<RoleRefusedException>(async () => await finder.StreamAsync<string>(new Find(Most: 3)).ToListAsync());
        Assert.Contains("other messages here than in the browser's program", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Find>", refused.Message, StringComparison.Ordinal);
    }
}
