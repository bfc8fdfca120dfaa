using ActorBrowser.Samples.Roles;
using ActorBrowser.TestKit;
using Akka.Actor;
using Akka.TestKit;
using Xunit;

namespace ActorBrowser.GuideTests;

// <!-- clock -->
public sealed class SlowScannerSpecs() : Akka.TestKit.Xunit2.TestKit("""
    akka.loglevel = OFF
    akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
    """)
{
    private sealed class Player
    {
        internal static readonly TaskCompletionSource Asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal static readonly RoleDefinition<Player> Role = RoleDefinition.For("scanner", static () => new Player())
            .Handles<Scan, Verdict>(static async (_, _, context) =>
            {
                Asked.SetResult();
                await Task.Delay(Timeout.Infinite, context.Cancellation);
                return new Verdict(true, "never");
            });
    }

    [Fact]
    public async Task A_scan_that_takes_too_long_fails_at_its_deadline()
    {
        var children = new ScriptedChildren(new ChildScript { Role = Player.Role });
        var browser = Sys.StartActorBrowser(children.Options.AddRole(Scanner.Role, static role => role.WithTimeout(TimeSpan.FromHours(1))));
        var scanner = RoleClient<Scanner>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("scanner"))).Role);

        var slow = scanner.AskAsync<Verdict>(new Scan("slow"));
        await Player.Asked.Task;
        // All timers and deadlines of the browser follow the test's time.
        var time = (TestScheduler)Sys.Scheduler;
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(slow.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<RoleTimeoutException>(() => slow);
    }
}
// <!-- /clock -->
