using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace ActorBrowser.ModelTests.Scheduling;

/// <summary>Gives a system's dispatcher its stepper.</summary>
internal sealed class StepperSetup(Stepper stepper) : Setup
{
    internal Stepper Stepper { get; } = stepper;
}

/// <summary>Runs mailboxes: by the schedule of the current run, on the one exploring thread.</summary>
internal sealed class Stepper
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    internal Schedule Schedule { get; set; } = new(0);

    /// <summary>Whether a message came from another thread: such a run could not be repeated.</summary>
    internal string? Escaped { get; private set; }

    internal void Add(string name, ulong key, Action run)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            Escaped ??= $"{name} was scheduled from another thread: {Environment.StackTrace}";
        lock (this)
            Schedule.Add(name, key, run);
    }
}

/// <summary>For a dispatcher's <c>type</c>.</summary>
public sealed class SteppedDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly SteppedDispatcher _dispatcher;

    public SteppedDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : base(config, prerequisites) =>
        _dispatcher = new SteppedDispatcher(this, prerequisites.Settings.Setup.Get<StepperSetup>().Value.Stepper);

    public override MessageDispatcher Dispatcher() => _dispatcher;
}

/// <summary>Runs nothing itself: each mailbox with messages is a turn, for one message.</summary>
internal sealed class SteppedDispatcher : MessageDispatcher
{
    private static readonly ulong Other = Hashing.Of("dispatched");

    private readonly Stepper _stepper;

    internal SteppedDispatcher(MessageDispatcherConfigurator configurator, Stepper stepper) : base(configurator)
    {
        _stepper = stepper;
        Id = "stepped";
        Throughput = 1;
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (run is Mailbox { MessageQueue: SteppedQueue queue })
            _stepper.Add(queue.Owner, queue.Key, () => queue.RunOne(run));
        else
            _stepper.Add("dispatched", Other, run.Run);
    }

    protected override void Shutdown()
    {
    }
}

/// <summary>For <c>mailbox-type</c>.</summary>
public sealed class SteppedMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<SteppedQueue>
{
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new SteppedQueue(owner);
}

/// <summary>A mailbox's messages; one turn takes one of them.</summary>
public sealed class SteppedQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    private readonly Queue<Envelope> _messages = new();
    private int _allowed;

    internal SteppedQueue(IActorRef owner)
    {
        Owner = owner.Path.ToStringWithoutAddress();
        Key = Hashing.Of(Owner);
    }

    /// <summary>The actor's path.</summary>
    internal string Owner { get; }

    internal ulong Key { get; }

    /// <summary>The message that this thread's last turn took; null if it took none.</summary>
    [field: ThreadStatic]
    internal static object? LastTaken { get; set; }

    public bool HasMessages => _messages.Count > 0;

    public int Count => _messages.Count;

    internal void RunOne(IRunnable mailbox)
    {
        _allowed = 1;
        mailbox.Run();
        _allowed = 0;
    }

    public void Enqueue(IActorRef receiver, Envelope envelope) => _messages.Enqueue(envelope);

    public bool TryDequeue(out Envelope envelope)
    {
        envelope = default;
        if (_allowed == 0 || !_messages.TryDequeue(out envelope))
            return false;
        _allowed--;
        LastTaken = envelope.Message;
        return true;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (_messages.TryDequeue(out var left))
            deadletters.Enqueue(owner, left);
    }
}
