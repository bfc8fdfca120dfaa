using Akka.Actor;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;
using Xunit;
using Xunit.Sdk;

namespace ActorBrowser.Standins.Conformance;

public sealed class TestKitExpectations : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_plain_tell_in_a_test_has_the_test_actor_for_its_sender()
    {
        var echo = ActorOf<SimpleEchoActor>();

        echo.Tell("hello");

        ExpectMsgFrom(echo, "hello");
    }

    [Fact]
    public async Task The_sender_is_still_the_test_actor_after_an_await()
    {
        var echo = ActorOf<SimpleEchoActor>();
        await Task.Yield();
        await Task.Delay(1);

        echo.Tell("hello");

        await ExpectMsgAsync("hello");
    }

    [Fact]
    public void Messages_are_expected_in_the_order_they_came()
    {
        foreach (var i in Enumerable.Range(0, 10))
        {
            TestActor.Tell(i);
        }

        Assert.Equal(Enumerable.Range(0, 10).Cast<object>(), ReceiveN(10));
    }

    [Fact]
    public void A_message_that_does_not_come_fails_with_the_time_and_the_type()
    {
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg<string>(Short));

        Assert.StartsWith("Failed: Timeout 00:00:00.0500000 while waiting for a message of type System.String", failure.Message);
    }

    [Fact]
    public void A_message_of_another_type_fails_with_both_types()
    {
        TestActor.Tell(5);

        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg<string>(Short));

        Assert.Contains("Expected a message of type System.String, but received {5} (type System.Int32)", failure.Message);
    }

    [Fact]
    public void A_message_that_is_not_equal_fails()
    {
        TestActor.Tell("one");

        Assert.ThrowsAny<XunitException>(() => ExpectMsg("two", Short));
    }

    [Fact]
    public void A_message_can_be_expected_by_predicate_and_by_assertion()
    {
        TestActor.Tell(4);
        TestActor.Tell(5);
        TestActor.Tell(6);

        Assert.Equal(4, ExpectMsg<int>(value => value % 2 == 0));
        ExpectMsg<int>(value => Assert.Equal(5, value));
        Assert.ThrowsAny<XunitException>(() => ExpectMsg<int>(value => value > 100));
    }

    [Fact]
    public void Silence_is_expected_for_a_time()
    {
        ExpectNoMsg(Short);
        TestActor.Tell("noise");

        var failure = Assert.ThrowsAny<XunitException>(() => ExpectNoMsg(Short));

        Assert.Contains("Expected no messages during 00:00:00.0500000, instead we received <noise>", failure.Message);
    }

    [Fact]
    public void Several_messages_are_expected_in_any_order()
    {
        TestActor.Tell("b");
        TestActor.Tell("a");

        ExpectMsgAllOf("a", "b");
    }

    [Fact]
    public void One_of_several_messages_is_expected()
    {
        TestActor.Tell("b");
        Assert.Equal("b", ExpectMsgAnyOf(["a", "b"]));

        TestActor.Tell("c");
        Assert.ThrowsAny<XunitException>(() => ExpectMsgAnyOf(["a", "b"]));
    }

    [Fact]
    public void Fishing_drops_what_does_not_match()
    {
        TestActor.Tell(1);
        TestActor.Tell("one");
        TestActor.Tell(2);

        Assert.Equal(2, FishForMessage<int>(value => value == 2));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Receiving_while_leaves_the_first_that_stops_it()
    {
        foreach (var i in new[] { 1, 2, 3, 10, 4 })
        {
            TestActor.Tell(i);
        }

        Assert.Equal([1, 2, 3], ReceiveWhile<int>(value => value < 10, TimeSpan.FromSeconds(1)));
        ExpectMsg(10);
        ExpectMsg(4);
    }

    [Fact]
    public void Receiving_one_gives_null_when_nothing_comes()
    {
        Assert.Null(ReceiveOne(Short));
        Assert.Null(ReceiveOne(TimeSpan.Zero));
    }

    [Fact]
    public void Ignored_messages_never_reach_the_test()
    {
        IgnoreMessages<int>(value => value < 0);
        TestActor.Tell(-1);
        TestActor.Tell(1);
        IgnoreNoMessages();
        TestActor.Tell(-2);

        ExpectMsg(1);
        ExpectMsg(-2);
    }

    [Fact]
    public void The_end_of_a_watched_actor_is_a_message()
    {
        var actor = ActorOf<BlackHoleActor>();
        Watch(actor);

        Sys.Stop(actor);

        Assert.Equal(actor, ExpectTerminated(actor).ActorRef);
    }

    [Fact]
    public void An_unwatched_actor_ends_in_silence()
    {
        var actor = ActorOf<BlackHoleActor>();
        Watch(actor);
        Unwatch(actor);

        Sys.Stop(actor);

        ExpectNoMsg(Short);
    }

    [Fact]
    public async Task The_asynchronous_methods_do_the_same_without_blocking()
    {
        var actor = ActorOf<SimpleEchoActor>();
        await WatchAsync(actor);
        actor.Tell("hello");
        await ExpectMsgAsync<string>(text => text == "hello");
        await ExpectNoMsgAsync(Short);
        actor.Tell(PoisonPill.Instance);
        await ExpectTerminatedAsync(actor);
        var failure = await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<int>(Short));
        Assert.Contains("while waiting for a message of type System.Int32", failure.Message);
    }

    [Fact]
    public void An_assertion_is_repeated_until_it_holds()
    {
        var attempts = 0;

        AwaitAssert(() => Assert.True(++attempts == 3), interval: TimeSpan.FromMilliseconds(5));

        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task An_assertion_that_never_holds_fails_with_its_own_failure()
    {
        await Assert.ThrowsAsync<EqualException>(() =>
            AwaitAssertAsync(() => Assert.Equal(1, 2), Short, TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public async Task A_condition_that_never_holds_fails_with_the_time()
    {
        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => AwaitConditionAsync(() => Task.FromResult(false), Short));

        Assert.Contains("Timeout 00:00:00.0500000 expired while waiting for condition.", failure.Message);
    }
}
