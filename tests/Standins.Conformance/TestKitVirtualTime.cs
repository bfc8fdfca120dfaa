using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Configs;
using Akka.TestKit.Xunit2;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

public sealed class TestKitVirtualTime : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public TestKitVirtualTime()
        : base(TestConfigs.TestSchedulerConfig)
    {
    }

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Nothing_is_due_until_the_test_moves_the_clock()
    {
        Scheduler.ScheduleTellOnce(Second, TestActor, "due", ActorRefs.NoSender);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));

        Scheduler.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(HasMessages);
        Scheduler.Advance(TimeSpan.FromMilliseconds(1));

        ExpectMsg("due", TimeSpan.Zero);
    }

    [Fact]
    public void What_is_due_comes_in_order_of_time()
    {
        Scheduler.ScheduleTellOnce(Second * 3, TestActor, 3, ActorRefs.NoSender);
        Scheduler.ScheduleTellOnce(Second * 1, TestActor, 1, ActorRefs.NoSender);
        Scheduler.ScheduleTellOnce(Second * 2, TestActor, 2, ActorRefs.NoSender);

        Scheduler.Advance(Second * 3);

        Assert.Equal([1, 2, 3], ReceiveN(3).Cast<int>());
    }

    [Fact]
    public void What_repeats_comes_once_a_move_however_far()
    {
        Scheduler.ScheduleTellRepeatedly(Second, Second, TestActor, "tick", ActorRefs.NoSender);

        Scheduler.Advance(Second);
        ExpectMsg("tick");
        Scheduler.Advance(Second * 5);
        ExpectMsg("tick");
        Assert.False(HasMessages);
        Scheduler.Advance(Second);
        ExpectMsg("tick");
    }

    [Fact]
    public void What_is_cancelled_does_not_come()
    {
        using var cancelable = new Cancelable((IActionScheduler)Scheduler);
        Scheduler.ScheduleTellOnce(Second, TestActor, "due", ActorRefs.NoSender, cancelable);
        cancelable.Cancel();

        Scheduler.Advance(Second);

        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void The_clock_moves_to_a_time_but_not_back()
    {
        var start = Scheduler.Now;

        Scheduler.AdvanceTo(start + Second);

        Assert.Equal(start + Second, Scheduler.Now);
        Assert.Throws<InvalidOperationException>(() => Scheduler.AdvanceTo(start));
    }

    [Fact]
    public void An_actor_s_timers_follow_the_test_s_clock()
    {
        var actor = ActorOf(Props.Create(() => new Ticker(TestActor)));
        ExpectMsg("started");

        Scheduler.Advance(Second);
        ExpectMsg("single");
        Scheduler.Advance(Second);
        ExpectMsg("periodic");
        Scheduler.Advance(Second * 2);
        ExpectMsg("periodic");

        Watch(actor);
        actor.Tell(PoisonPill.Instance);
        ExpectTerminated(actor);
        Scheduler.Advance(Second * 10);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    private sealed class Ticker : ReceiveActor, IWithTimers
    {
        private readonly IActorRef _listener;

        public Ticker(IActorRef listener)
        {
            _listener = listener;
            ReceiveAny(listener.Tell);
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart()
        {
            Timers.StartSingleTimer("s", "single", Second);
            Timers.StartPeriodicTimer("p", "periodic", Second * 2);
            _listener.Tell("started");
        }
    }
}
