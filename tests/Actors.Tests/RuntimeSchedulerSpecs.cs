using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ActorsTests;

/// <summary>Akka's scheduler on the runtime's timers.</summary>
[Trait("Tier", "Fast")]
public sealed class RuntimeSchedulerSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.scheduler.implementation = \"ActorBrowser.RuntimeScheduler, ActorBrowser.Actors\"")
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Never = TimeSpan.FromDays(100);

    [Fact]
    public async Task Messages_and_actions_come_once_or_again_and_again()
    {
        Assert.IsType<RuntimeScheduler>(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellOnce(Soon, TestActor, "once", TestActor);
        Assert.Equal("once", await ExpectMsgAsync<string>(Deadline.Long));
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, () => TestActor.Tell("action"));
        Assert.Equal("action", await ExpectMsgAsync<string>(Deadline.Long));
        using var cancel = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellRepeatedly(Soon, Soon, TestActor, "again", TestActor, cancel);
        for (var i = 0; i < 5; i++)
            Assert.Equal("again", await ExpectMsgAsync<string>(Deadline.Long));
    }

    [Fact]
    public async Task What_is_cancelled_before_its_time_does_not_happen()
    {
        using var cancel = new Cancelable(Sys.Scheduler);
        using var cancelled = new Cancelable(Sys.Scheduler);
        cancelled.Cancel();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "cancelled before", TestActor, cancelled);
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(100), TestActor, "cancelled in time", TestActor, cancel);
        cancel.Cancel();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(200), TestActor, "after both", TestActor);
        Assert.Equal("after both", await ExpectMsgAsync<string>(Deadline.Long));
    }

    [Fact]
    public async Task An_action_that_fails_comes_again_all_the_same()
    {
        var times = 0;
        using var cancel = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.Advanced.ScheduleRepeatedly(Soon, Soon, () =>
        {
            if (++times == 1)
                throw new InvalidOperationException("The first time fails.");
            TestActor.Tell(times);
        }, cancel);
        Assert.Equal(2, await ExpectMsgAsync<int>(Deadline.Long));
    }

    [Fact]
    public async Task A_system_ends_while_something_is_scheduled_and_schedules_nothing_then()
    {
        var scheduler = Sys.Scheduler;
        var happened = false;
        scheduler.Advanced.ScheduleOnce(Never, () => happened = true);
        await Sys.Terminate().WaitAsync(Deadline.Long);
        Assert.False(happened);
        Assert.Throws<ObjectDisposedException>(() => scheduler.Advanced.ScheduleOnce(Soon, () => happened = true));
    }
}
