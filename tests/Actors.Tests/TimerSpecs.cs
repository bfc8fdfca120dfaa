using Akka.Actor;
using Akka.Dispatch;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ActorsTests;

/// <summary>The timers of an actor.</summary>
[Trait("Tier", "Fast")]
public sealed class TimerSpecs() : TestKit("akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.scheduler.implementation = \"ActorBrowser.ActorsTests.RefusingScheduler, Actors.Tests\"")
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Never = TimeSpan.FromDays(100);

    [Fact]
    public async Task A_single_timer_tells_once_and_is_active_until_it_has()
    {
        var actor = Timed();
        actor.Tell(new Start("a", "told", Soon, Repeats: false));
        Assert.Equal("told", await ExpectMsgAsync<string>(Deadline.Long));
        Assert.False(await IsActiveAsync(actor, "a"));
        actor.Tell(new Start("a", "later", Never, Repeats: false));
        Assert.True(await IsActiveAsync(actor, "a"));
    }

    [Fact]
    public async Task A_periodic_timer_tells_until_it_is_cancelled()
    {
        var actor = Timed();
        actor.Tell(new Start("a", "tick", Soon, Repeats: true));
        for (var tick = 0; tick < 5; tick++)
            Assert.Equal("tick", await ExpectMsgAsync<string>(Deadline.Long));
        actor.Tell(new Cancel("a"));
        Assert.False(await IsActiveAsync(actor, "a", passing: "tick"));
    }

    [Fact]
    public async Task A_timer_that_has_rung_already_is_not_heard_when_it_is_cancelled_or_replaced_before()
    {
        var actor = Timed();
        // The timer fires while the actor is busy: its message is in the mailbox before Cancel returns.
        actor.Tell(new StartAndRing("a", "cancelled", Replacement: null));
        Assert.False(await IsActiveAsync(actor, "a"));
        actor.Tell(new StartAndRing("a", "replaced", Replacement: "new"));
        Assert.Equal("new", await ExpectMsgAsync<string>(Deadline.Long));
        Assert.False(await IsActiveAsync(actor, "a"));
    }

    [Fact]
    public async Task A_wait_longer_than_the_runtime_s_timers_take_is_accepted()
    {
        var actor = Timed();
        actor.Tell(new Start("a", "never", Never, Repeats: false));
        actor.Tell(new Start("b", "told", Soon, Repeats: false));
        Assert.Equal("told", await ExpectMsgAsync<string>(Deadline.Long));
        Assert.True(await IsActiveAsync(actor, "a"));
    }

    [Fact]
    public async Task The_timers_of_an_actor_that_was_restarted_are_not_its_successor_s()
    {
        var actor = Timed();
        actor.Tell(new Start("a", "old", Never, Repeats: false));
        Assert.True(await IsActiveAsync(actor, "a"));
        actor.Tell(new InvalidOperationException("Restart."));
        Assert.False(await IsActiveAsync(actor, "a"));
    }

    [Fact]
    public async Task Neither_a_browser_nor_a_child_nor_a_fetch_uses_akka_s_scheduler()
    {
        var launcher = new FakeLauncher();
        var browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Akka.Configuration.Config.Empty), launcher));
        browser.Tell(new FetchProtocol.Fetch("http://127.0.0.1/"), TestActor);
        var child = await launcher.NextAsync();
        await child.BecomeReadyAsync();
        Assert.Equal(Transport.MessageType.FetchRequest, (await child.NextAsync()).Type);
        Assert.Equal(0, RefusingScheduler.Refused);
    }

    private IActorRef Timed()
    {
        var target = TestActor;
        return Sys.ActorOf(Props.Create(() => new Timed(target)));
    }

    private async Task<bool> IsActiveAsync(IActorRef actor, string key, string? passing = null)
    {
        actor.Tell(new IsActive(key), TestActor);
        while (true)
        {
            var answer = await ExpectMsgAsync<object>(Deadline.Long);
            if (answer is bool active)
                return active;
            Assert.Equal(passing, answer);
        }
    }
}

/// <summary>Replaces Akka's scheduler in a system that must not use it.</summary>
public sealed class RefusingScheduler(Akka.Configuration.Config config, Akka.Event.ILoggingAdapter log) : SchedulerBase(config, log)
{
    private static int s_refused;

    internal static int Refused => Volatile.Read(ref s_refused);

    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    public override TimeSpan MonotonicClock => TimeSpan.FromMilliseconds(Environment.TickCount64);

    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) => Refuse();

    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) => Refuse();

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Refuse();

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Refuse();

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) => Refuse();

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) => Refuse();

    private static void Refuse()
    {
        Interlocked.Increment(ref s_refused);
        throw new InvalidOperationException("Akka's scheduler was used.");
    }
}

internal sealed record Start(string Key, string Message, TimeSpan Delay, bool Repeats);

internal sealed record StartAndRing(string Key, string Message, string? Replacement);

internal sealed record Cancel(string Key);

internal sealed record IsActive(string Key);

/// <summary>Passes on the messages of its timers.</summary>
internal sealed class Timed(IActorRef target) : UntypedActor
{
    private ActorTimers Timers { get; } = new(Context);

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void PostStop() => Timers.CancelAll();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Start { Repeats: true } start:
                Timers.StartPeriodicTimer(start.Key, start.Message, start.Delay);
                break;
            case Start start:
                Timers.StartSingleTimer(start.Key, start.Message, start.Delay);
                break;
            case StartAndRing start:
                Timers.StartSingleTimer(start.Key, start.Message, TimeSpan.Zero);
                SpinWait.SpinUntil(() => ((ActorCell)Context).NumberOfMessages > 0, Deadline.Long);
                if (start.Replacement is { } replacement)
                    Timers.StartSingleTimer(start.Key, replacement, TimeSpan.Zero);
                else
                    Timers.Cancel(start.Key);
                break;
            case Cancel cancel:
                Timers.Cancel(cancel.Key);
                break;
            case IsActive active:
                Sender.Tell(Timers.IsTimerActive(active.Key), Self);
                break;
            case Exception e:
                throw e;
            default:
                target.Tell(message, Self);
                break;
        }
    }
}
