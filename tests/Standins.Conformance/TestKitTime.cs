using System.Diagnostics;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit;
using Xunit.Sdk;

namespace ActorBrowser.Standins.Conformance;

public sealed class TestKitTime : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    public TestKitTime()
        : base("akka.test { single-expect-default = 200ms, timefactor = 2.0 }")
    {
    }

    [Fact]
    public void Times_are_dilated_and_the_default_comes_from_the_configuration()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(100), Dilated(Short));
        Assert.Equal(TimeSpan.FromMilliseconds(400), RemainingOrDefault);
        Assert.Equal(TimeSpan.FromMilliseconds(100), RemainingOrDilated(Short));
        Assert.Equal(2.0, TestKitSettings.TestTimeFactor);
    }

    [Fact]
    public void Silence_lasts_at_least_as_long_as_was_asked_for()
    {
        var clock = Stopwatch.StartNew();

        ExpectNoMsg(Short);

        // Timers count whole milliseconds of their own clock.
        Assert.InRange(clock.ElapsedMilliseconds, 95, 5_000);
    }

    [Fact]
    public void Expectations_inside_a_block_share_what_remains_of_its_time()
    {
        // The kit reads the machine's time of day: minutes, as a machine may stand still for a second.
        Within(TimeSpan.FromMinutes(2), () =>
        {
            Assert.InRange(Remaining, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4));
            Within(TimeSpan.FromMinutes(1), () => Assert.InRange(Remaining, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)));
            Assert.InRange(Remaining, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4));
        });

        Assert.Throws<InvalidOperationException>(() => Remaining);
    }

    [Fact]
    public void A_block_returns_its_result()
    {
        TestActor.Tell("hello");

        Assert.Equal("hello", Within(TimeSpan.FromSeconds(1), () => ExpectMsg<string>()));
    }

    [Fact]
    public void A_block_that_is_too_quick_fails()
    {
        var failure = Assert.ThrowsAny<XunitException>(() =>
            Within(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), () => { }));

        Assert.Contains("should have at least been 00:01:00", failure.Message);
    }

    [Fact]
    public async Task A_block_that_does_not_end_in_time_fails()
    {
        var never = new TaskCompletionSource();

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => WithinAsync(Short, () => never.Task));

        Assert.Contains("exceeding 00:00:00.1000000", failure.Message);
    }

    [Fact]
    public async Task The_implicit_sender_survives_an_asynchronous_block()
    {
        await WithinAsync(TimeSpan.FromSeconds(3), async () =>
        {
            await Task.Yield();
            TestActor.Tell("hello");
            await ExpectMsgFromAsync(TestActor, "hello");
        });
    }

    [Fact]
    public void A_latch_opens_when_it_is_counted_down()
    {
        var latch = CreateTestLatch(2);
        Assert.Throws<TimeoutException>(() => latch.Ready(TimeSpan.FromMilliseconds(10)));

        latch.CountDown();
        Assert.False(latch.IsOpen);
        latch.CountDown();

        Assert.True(latch.IsOpen);
        latch.Ready();
    }
}
