using System;
using System.Diagnostics;
using System.Threading;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch.MessageQueues;
using Akka.Dispatch.SysMsg;
using Akka.Util;

namespace Akka.Dispatch;

/// <summary>
/// An actor's queues and its turn. A mailbox with something to do is itself queued on its dispatcher, once; running
/// it handles the system messages and then up to <c>throughput</c> user messages.
/// </summary>
public partial class Mailbox(IMessageQueue messageQueue) : IRunnable
{
    private ActorCell _actor;

    public IMessageQueue MessageQueue { get; } = messageQueue;

    public MessageDispatcher Dispatcher => _actor.Dispatcher;

    internal ActorCell Actor => _actor;

    internal bool HasMessages => MessageQueue.HasMessages;

    internal int NumberOfMessages => MessageQueue.Count;

    [Conditional("MAILBOXDEBUG")]
    public static void DebugPrint(string message, params object[] args) =>
        Console.WriteLine("[MAILBOX] " + (args.Length == 0 ? message : string.Format(message, args)));

    public virtual void SetActor(ActorCell actorCell) => Volatile.Write(ref _actor, actorCell);

    public void Execute() => Run();

    public void Run()
    {
        try
        {
            if (!IsClosed())
            {
                var outer = InternalCurrentActorCellKeeper.Current;
                InternalCurrentActorCellKeeper.Current = _actor;
                try
                {
                    ProcessAllSystemMessages();
                    ProcessMailbox();
                }
                finally
                {
                    InternalCurrentActorCellKeeper.Current = outer;
                }
            }
        }
        finally
        {
            SetAsIdle();
            Dispatcher.RegisterForExecution(this, false, false);
        }
    }

    /// <summary>Moves everything that is left to the dead letters; nothing is taken any more.</summary>
    public virtual void CleanUp()
    {
        if (_actor is null)
        {
            return;
        }

        ToDeadLetters(SystemDrain(new LatestFirstSystemMessageList(new NoMessage())));
        MessageQueue?.CleanUp(_actor.Self, _actor.Dispatcher.Mailboxes.DeadLetterMailbox.MessageQueue);
    }

    internal void Enqueue(IActorRef receiver, Envelope envelope) => MessageQueue.Enqueue(receiver, envelope);

    internal bool TryDequeue(out Envelope msg) => MessageQueue.TryDequeue(out msg);

    private void ProcessMailbox()
    {
        var dispatcher = Dispatcher;
        var left = Math.Max(1, dispatcher.Throughput);
        var until = dispatcher.ThroughputDeadlineTime is { } deadline ? MonotonicClock.GetTicksHighRes() + deadline : long.MaxValue;
        while (left-- > 0 && ShouldProcessMessage() && TryDequeue(out var next))
        {
            _actor.Invoke(next);
            ProcessAllSystemMessages();
            if (until != long.MaxValue && MonotonicClock.GetTicksHighRes() >= until)
            {
                return;
            }
        }
    }
}
