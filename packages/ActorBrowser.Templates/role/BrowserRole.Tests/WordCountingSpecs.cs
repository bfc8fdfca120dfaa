using ActorBrowser;
using ActorBrowser.TestKit;
using Akka.Actor;
using Xunit;

namespace BrowserRole.Tests;

/// <summary>The children are played: no process is started, and everything in the parent is real.</summary>
public sealed class PlayedWordCountingSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = WARNING")
{
    [Fact]
    public async Task The_answer_goes_to_the_actor_that_asked()
    {
        var children = new ScriptedChildren(ChildScript.Answering(static question => question with { Payload = BitConverter.GetBytes(7) }));
        var counting = Sys.ActorOf(WordCounting.Props(Sys.StartActorBrowser(children.Options)));
        var probe = CreateTestProbe();

        counting.Tell("a text", probe.Ref);
        Assert.Equal(7, BitConverter.ToInt32((await probe.ExpectMsgAsync<ChildProcessProtocol.RoleAnswer>()).Payload.Span));
    }

    [Fact]
    public async Task A_question_of_a_child_that_dies_fails_and_the_next_is_answered_by_another_child()
    {
        var starts = 0;
        var children = new ScriptedChildren(_ => ++starts == 1
            ? new ChildScript { DiesBefore = 1 }
            : ChildScript.Answering(static question => question with { Payload = BitConverter.GetBytes(2) }));
        var counting = Sys.ActorOf(WordCounting.Props(Sys.StartActorBrowser(children.Options)));
        var probe = CreateTestProbe();

        counting.Tell("lost", probe.Ref);
        Assert.IsType<ChildLostException>((await probe.ExpectMsgAsync<Status.Failure>()).Cause);
        await children.StartedAsync(2);
        counting.Tell("answered", probe.Ref);
        Assert.Equal(2, BitConverter.ToInt32((await probe.ExpectMsgAsync<ChildProcessProtocol.RoleAnswer>()).Payload.Span));
    }
}

/// <summary>The children are processes of the program, confined as in production.</summary>
public sealed class WordCountingSpecs() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = WARNING")
{
    [Fact]
    public async Task A_process_counts_the_words()
    {
        // The test host cannot be a child; the program next to the tests can.
        var browser = Sys.StartActorBrowser(new ActorBrowserOptions { ChildExecutable = Path.Combine(AppContext.BaseDirectory, "BrowserRole") });
        var counting = Sys.ActorOf(WordCounting.Props(browser));
        var answer = await counting.Ask<ChildProcessProtocol.RoleAnswer>("one two  three", TimeSpan.FromSeconds(30));
        Assert.Equal(3, BitConverter.ToInt32(answer.Payload.Span));
    }
}
