using Akka.Actor;
using Akka.Event;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;
using Xunit;
using Xunit.Sdk;

namespace ActorBrowser.Standins.Conformance;

public sealed class TestKitEventFilters : TestKit
{
    public TestKitEventFilters()
        : base("akka { loglevel = DEBUG, test.filter-leeway = 500ms }")
    {
    }

    [Fact]
    public void An_expected_event_must_come()
    {
        EventFilter.Warning("careful").ExpectOne(() => Log.Warning("careful"));

        var failure = Assert.ThrowsAny<XunitException>(() => EventFilter.Warning("careful").ExpectOne(() => Log.Info("careful")));

        Assert.Contains("Only received 0/1 messages that matched filter [Warning when Message == \"careful\"]", failure.Message);
    }

    [Fact]
    public void Too_many_events_fail()
    {
        var failure = Assert.ThrowsAny<XunitException>(() => EventFilter.Info("x").ExpectOne(() =>
        {
            Log.Info("x");
            Log.Info("x");
            AwaitLog();
        }));

        Assert.Contains("Received 1 message too many. Expected 1 message but received 2", failure.Message);
    }

    [Fact]
    public void None_can_be_expected()
    {
        EventFilter.Error().Expect(0, TimeSpan.FromMilliseconds(50), () => Log.Info("fine"));
    }

    [Theory]
    [InlineData("The whole text", null, null)]
    [InlineData(null, "the WHOLE", null)]
    [InlineData(null, null, "whole TEXT")]
    public void Events_are_picked_by_text_without_regard_to_case(string? message, string? start, string? contains) =>
        EventFilter.Debug(message, start, contains).ExpectOne(() => Log.Debug("The {0} text", "whole"));

    [Fact]
    public void Errors_are_picked_by_the_type_of_their_cause()
    {
        EventFilter.Exception<InvalidOperationException>().ExpectOne(
            () => Log.Error(new InvalidOperationException("bad"), "it failed"));
        EventFilter.Exception<InvalidOperationException>(message: "bad").ExpectOne(
            () => Log.Error(new InvalidOperationException("bad"), "it failed"));
        Assert.ThrowsAny<XunitException>(() => EventFilter.Exception<ArgumentException>().ExpectOne(
            () => Log.Error(new InvalidOperationException("bad"), "it failed")));
    }

    [Fact]
    public void A_failing_actor_logs_an_error_with_its_exception_from_its_path()
    {
        var actor = ActorOf(Props.Create<Failing>(), "failing");

        EventFilter.Exception<InvalidOperationException>(source: actor.Path.ToString())
            .ExpectOne(() => actor.Tell(new InvalidOperationException("bad")));
    }

    [Fact]
    public void A_message_to_a_stopped_actor_is_a_dead_letter()
    {
        var actor = ActorOf<BlackHoleActor>();
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);

        EventFilter.DeadLetter<string>().ExpectOne(() => actor.Tell("late"));
        EventFilter.DeadLetter<string>(text => text == "late", source: actor.Path.ToString())
            .ExpectOne(() => actor.Tell("late"));
    }

    [Fact]
    public async Task The_asynchronous_methods_wait_for_the_block()
    {
        await EventFilter.Info("x").ExpectOneAsync(async () =>
        {
            await Task.Yield();
            Log.Info("x");
        });
        await EventFilter.Info("x").ExpectAsync(2, () =>
        {
            Log.Info("x");
            Log.Info("x");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Filters_can_be_joined()
    {
        EventFilter.Info("a").And.Warning("b").Expect(2, () =>
        {
            Log.Info("a");
            Log.Warning("b");
        });
    }

    [Fact]
    public void A_mute_is_in_force_until_it_is_lifted()
    {
        var mute = EventFilter.Warning("noise").Mute();
        Log.Warning("noise");
        mute.Unmute();

        EventFilter.Warning("noise").ExpectOne(() => Log.Warning("noise"));
    }

    [Fact]
    public void A_custom_filter_sees_the_event() =>
        EventFilter.Custom<Warning>(e => e.LogSource.Contains(nameof(TestKitEventFilters))).ExpectOne(() => Log.Warning("x"));

    /// <summary>Events are handled in order: when this one has been, those before it have.</summary>
    private void AwaitLog() => EventFilter.Debug("marker").ExpectOne(() => Log.Debug("marker"));

    private sealed class Failing : ReceiveActor
    {
        public Failing() => Receive<Exception>(e => throw e);
    }
}
