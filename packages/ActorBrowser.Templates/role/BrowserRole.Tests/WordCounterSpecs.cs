using ActorBrowser;
using ActorBrowser.TestKit;
using Akka.Actor;
using Xunit;

namespace BrowserRole.Tests;

public sealed class WordCounterSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = WARNING")
{
    [Fact]
    public async Task Words_are_counted_in_the_process_of_the_tests_where_a_breakpoint_stops()
    {
        var counter = WordCounter.Role.InProcess(Sys);
        Assert.Equal(new Words(3), await counter.Ask<Words>(new Count("one two  three"), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_confined_process_of_the_program_counts_the_words()
    {
        // The test host cannot be a child; the program next to the tests can.
        var options = new ActorBrowserOptions { ChildExecutable = Path.Combine(AppContext.BaseDirectory, "BrowserRole") };
        var counter = await CounterOfAsync(Sys.StartActorBrowser(options.AddRole(WordCounter.Role)));
        Assert.Equal(new Words(3), await counter.AskAsync<Words>(new Count("one two  three")));
    }

    [Fact]
    public async Task A_question_of_a_process_that_dies_fails_and_the_next_is_answered_by_another()
    {
        // The process is played, by a player with the same messages; everything in the parent is real.
        var children = new ScriptedChildren(new ChildScript { Role = Player.Role, DiesBefore = 2 });
        var counter = await CounterOfAsync(Sys.StartActorBrowser(children.Options.AddRole(WordCounter.Role, static role => role.WithPool(max: 1))));

        Assert.Equal(new Words(7), await counter.AskAsync<Words>(new Count("played")));
        await Assert.ThrowsAsync<ChildLostException>(() => counter.AskAsync<Words>(new Count("lost")));
        Assert.Equal(new Words(7), await counter.AskAsync<Words>(new Count("answered")));
    }

    private static async Task<RoleClient<WordCounter>> CounterOfAsync(IActorRef browser) =>
        RoleClient<WordCounter>.For((await browser.Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("word-counter"), TimeSpan.FromSeconds(30))).Role);

    private sealed class Player
    {
        internal static readonly RoleDefinition<Player> Role = RoleDefinition.For("word-counter", static () => new Player())
            .Handles<Count, Words>(static (_, _, _) => ValueTask.FromResult(new Words(7)));
    }
}
