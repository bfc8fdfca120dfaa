using System;
using System.Collections.Concurrent;
using System.Threading;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Dispatch;

public interface IRunnable
{
    void Run();

    void Execute() => Run();
}

/// <summary>
/// An actor's two queues. User messages wait while the actor is suspended; system messages do not. It is its own work
/// item: an actor with messages costs one entry in the dispatcher's queue and no allocation a message.
/// </summary>
public class Mailbox : IRunnable, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Scheduled = 1;

    private readonly ConcurrentQueue<Envelope> _messages = new();
    private readonly ConcurrentQueue<ISystemMessage> _system = new();
    private int _status;
    private int _suspended;
    private int _awaiting;
    private volatile bool _closed;

    internal ActorCell Actor { get; private set; }

    internal MessageDispatcher Dispatcher { get; set; }

    public bool HasMessages => !_messages.IsEmpty || Actor.HasUnstashed;

    public int NumberOfMessages => _messages.Count;

    internal bool HasSystemMessages => !_system.IsEmpty;

    internal bool IsClosed => _closed;

    internal bool IsSuspended => _suspended > 0 || _awaiting > 0;

    internal void SetActor(ActorCell cell) => Actor = cell;

    internal void Enqueue(in Envelope envelope) => _messages.Enqueue(envelope);

    internal void EnqueueSystem(ISystemMessage message) => _system.Enqueue(message);

    internal void Suspend() => _suspended++;

    internal void Resume() => _suspended = Math.Max(0, _suspended - 1);

    internal void BeginAwait() => _awaiting++;

    internal void EndAwait() => _awaiting = Math.Max(0, _awaiting - 1);

    /// <summary>Whether somebody has to run it now.</summary>
    internal bool TrySchedule() =>
        (HasSystemMessages || (HasMessages && !IsSuspended)) && Interlocked.CompareExchange(ref _status, Scheduled, Idle) == Idle;

    public void Run()
    {
        try
        {
            if (!_closed)
                Process();
        }
        finally
        {
            Volatile.Write(ref _status, Idle);
            // The status must be seen as idle before the queues are looked at again, or a message between the two is stranded.
            Interlocked.MemoryBarrier();
            if (!_closed)
                Dispatcher.RegisterForExecution(this, hasMessageHint: false, hasSystemMessageHint: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    /// <summary>Everything that arrives from here on is a dead letter.</summary>
    internal void Close()
    {
        _closed = true;
        CleanUp();
    }

    /// <summary>What had arrived becomes dead letters; called again by senders that raced with the closing.</summary>
    internal void CleanUp()
    {
        var deadLetters = Actor.SystemImpl.DeadLetters;
        while (_system.TryDequeue(out var message))
            ((IInternalActorRef)deadLetters).SendSystemMessage(message);
        while (_messages.TryDequeue(out var envelope))
            deadLetters.Tell(new DeadLetter(envelope.Message, envelope.Sender, Actor.Self), envelope.Sender);
    }

    private void Process()
    {
        ProcessSystem();
        var left = Dispatcher.Throughput;
        while (left-- > 0 && !_closed && !IsSuspended && (Actor.TakeUnstashed(out var envelope) || _messages.TryDequeue(out envelope)))
        {
            Actor.Invoke(envelope);
            if (HasSystemMessages)
                ProcessSystem();
        }
    }

    private void ProcessSystem()
    {
        while (!_closed && _system.TryDequeue(out var message))
            Actor.SystemInvoke(message);
    }
}

/// <summary>How many messages wait, for those who made their mailbox a type of its own.</summary>
public abstract class MailboxType
{
    protected MailboxType(Settings settings, Configuration.Config config)
    {
    }
}

public sealed class UnboundedMailbox : MailboxType
{
    public UnboundedMailbox() : base(null, null)
    {
    }

    public UnboundedMailbox(Settings settings, Configuration.Config config) : base(settings, config)
    {
    }
}

public interface IRequiresMessageQueue<T>
{
}

public interface IMessageQueue
{
}

public interface ISemantics
{
}

public interface IUnboundedMessageQueueSemantics : ISemantics
{
}

public interface IUnboundedDequeBasedMessageQueueSemantics : ISemantics
{
}

/// <summary>Mailboxes by configuration; this build has one kind.</summary>
public class Mailboxes
{
    public static readonly string DefaultMailboxId = "akka.actor.default-mailbox";

    private readonly MailboxType _unbounded = new UnboundedMailbox();

    public MailboxType GetMailboxType(Props props, Configuration.Config dispatcherConfig) => _unbounded;
}
