using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Questions whose answer completes a task, without Akka's Ask.</summary>
[Trait("Tier", "Fast")]
public sealed class ReplySpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off")
{
    [Fact]
    public async Task The_first_answer_is_the_answer_and_a_second_one_is_a_dead_letter()
    {
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(Akka.Event.DeadLetter));
        var answer = ChildClient.For(TestActor).PingAsync();
        await ExpectMsgAsync<Ping>(Deadline.Long);
        LastSender.Tell(new Pong(TimeSpan.FromSeconds(1)), TestActor);
        LastSender.Tell(new Pong(TimeSpan.FromSeconds(2)), TestActor);
        Assert.Equal(TimeSpan.FromSeconds(1), (await answer.Soon()).RoundTrip);
        Assert.Equal(TimeSpan.FromSeconds(2), Assert.IsType<Pong>((await letters.ExpectMsgAsync<Akka.Event.DeadLetter>(Deadline.Long)).Message).RoundTrip);
    }

    [Fact]
    public async Task A_failure_is_the_exception_and_so_is_an_answer_of_another_kind()
    {
        var failed = ChildClient.For(TestActor).PingAsync();
        await ExpectMsgAsync<Ping>(Deadline.Long);
        LastSender.Tell(new Akka.Actor.Status.Failure(new ChildLostException("Gone.")), TestActor);
        Assert.Equal("Gone.", (await Assert.ThrowsAsync<ChildLostException>(() => failed.Soon())).Message);
        var other = ChildClient.For(TestActor).PingAsync();
        await ExpectMsgAsync<Ping>(Deadline.Long);
        LastSender.Tell("no pong", TestActor);
        Assert.Contains("System.String", (await Assert.ThrowsAsync<InvalidOperationException>(() => other.Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_to_an_actor_that_has_stopped_fails_rather_than_waits()
    {
        var stopped = Sys.ActorOf(Props.Empty);
        Watch(stopped);
        Sys.Stop(stopped);
        await ExpectTerminatedAsync(stopped, Deadline.Long);
        var lost = await Assert.ThrowsAsync<ChildLostException>(() => ChildClient.For(stopped).PingAsync().Soon());
        Assert.Contains(stopped.Path.Name, lost.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BrowserStoppedException>(() => BrowserClient.For(stopped).FetchAsync(new FetchProtocol.Fetch("http://127.0.0.1/")).Soon());
    }

    [Fact]
    public async Task A_cancelled_wait_ends_and_its_answer_is_dropped()
    {
        using var cancel = new CancellationTokenSource();
        var answer = ChildClient.For(TestActor).PingAsync(cancel.Token);
        await ExpectMsgAsync<Ping>(Deadline.Long);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.Soon());
        LastSender.Tell(new Pong(TimeSpan.Zero), TestActor);
    }

    [Fact]
    public async Task Senders_differ_so_that_an_actor_may_keep_them_in_a_set()
    {
        _ = ChildClient.For(TestActor).PingAsync();
        await ExpectMsgAsync<Ping>(Deadline.Long);
        var first = LastSender;
        _ = ChildClient.For(TestActor).PingAsync();
        await ExpectMsgAsync<Ping>(Deadline.Long);
        Assert.NotEqual(first, LastSender);
        Assert.Equal(2, new HashSet<IActorRef> { first, LastSender, first }.Count);
    }
}
