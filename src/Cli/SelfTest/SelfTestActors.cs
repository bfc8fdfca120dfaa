using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace ActorBrowser.Cli;

/// <summary>Answers with the message it receives.</summary>
internal sealed class EchoActor : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(message);
}

/// <summary>Stashes messages until it is told to open, then answers them.</summary>
internal sealed class StashingActor : ReceiveActor, IWithUnboundedStash
{
    public StashingActor()
    {
        Receive<string>(static text => text == "open", _ =>
        {
            Become(() => Receive<string>(text => Sender.Tell(text)));
            Stash.UnstashAll();
        });
        Receive<string>(_ => Stash.Stash());
    }

    public IStash Stash { get; set; } = null!;
}

/// <summary>Answers from a timer.</summary>
internal sealed class TimedActor : ReceiveActor, IWithTimers
{
    private IActorRef _asker = ActorRefs.Nobody;

    public TimedActor()
    {
        Receive<TimeSpan>(after =>
        {
            _asker = Sender;
            Timers.StartSingleTimer("answer", "time", after);
        });
        Receive<string>(text => _asker.Tell(text));
    }

    public ITimerScheduler Timers { get; set; } = null!;
}

/// <summary>A door: one message opens it, the next is let through.</summary>
internal sealed class DoorActor : FSM<string, int>
{
    public DoorActor()
    {
        StartWith("closed", 0);
        When("closed", static (FSMBase.Event<int> _) => new FSMBase.State<string, int>("open", 1));
        When("open", (FSMBase.Event<int> happened) => Stay().Replying(happened.FsmEvent));
        Initialize();
    }
}

/// <summary>Fails on every message, and publishes when it is restarted.</summary>
internal sealed class FragileActor : UntypedActor
{
    protected override void PreRestart(Exception reason, object message)
    {
        // The base method would call PostStop, which would publish "stopped".
    }

    protected override void PostRestart(Exception reason) => Context.System.EventStream.Publish("restarted");

    protected override void PostStop() => Context.System.EventStream.Publish("stopped");

    protected override void OnReceive(object message) => throw new InvalidOperationException("as asked");
}

/// <summary>Makes a child that fails, under the strategy that the configuration names for guardians.</summary>
internal sealed class GuardedActor : UntypedActor
{
    protected override SupervisorStrategy SupervisorStrategy() => new AllForOneStrategy(static _ => Directive.Restart);

    protected override void OnReceive(object message) => Context.ActorOf<FragileActor>().Tell(message);
}

/// <summary>Passes the first text published on the event stream to its waiter.</summary>
internal sealed class ListeningActor : UntypedActor
{
    private readonly TaskCompletionSource<string> _heard;

    public ListeningActor(TaskCompletionSource<string> heard)
    {
        _heard = heard;
        Context.System.EventStream.Subscribe(Self, typeof(string));
    }

    protected override void OnReceive(object message)
    {
        if (message is "anyone?")
            Sender.Tell("here");
        else
            _heard.TrySetResult((string)message);
    }
}

/// <summary>A mailbox that delivers short texts first.</summary>
internal sealed class ShortestFirst(Settings settings, Config configuration) : UnboundedPriorityMailbox(settings, configuration)
{
    protected override int PriorityGenerator(object message) => message is string text ? text.Length : int.MaxValue;
}

/// <summary>A custom logger, named in the configuration.</summary>
internal sealed class CountingLogger : UntypedActor
{
    internal static readonly TaskCompletionSource<string> First = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case Warning warning:
                First.TrySetResult(warning.Message.ToString()!);
                break;
        }
    }
}

/// <summary>A message that is serialized as JSON and read back.</summary>
internal sealed record Letter(string Subject, int Pages, string[] Lines);
