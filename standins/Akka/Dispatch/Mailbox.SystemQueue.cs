using System.Threading;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

public partial class Mailbox
{
    private SystemMessage _systemQueue;

    internal LatestFirstSystemMessageList SystemQueue => new(Volatile.Read(ref _systemQueue));

    internal virtual bool HasSystemMessages => SystemQueue.Head is not (null or NoMessage);

    internal bool SystemQueuePut(LatestFirstSystemMessageList old, LatestFirstSystemMessageList newQueue) =>
        ReferenceEquals(Interlocked.CompareExchange(ref _systemQueue, newQueue.Head, old.Head), old.Head);

    internal virtual void SystemEnqueue(IActorRef receiver, SystemMessage message)
    {
        while (true)
        {
            var queue = SystemQueue;
            if (queue.Head is NoMessage)
            {
                Actor?.Dispatcher.Mailboxes.DeadLetterMailbox.SystemEnqueue(receiver, message);
                return;
            }

            if (SystemQueuePut(queue, queue + message))
            {
                return;
            }

            message.Unlink();
        }
    }

    /// <summary>Takes all system messages, oldest first, and leaves <paramref name="newContents"/> in their place.</summary>
    internal virtual EarliestFirstSystemMessageList SystemDrain(LatestFirstSystemMessageList newContents)
    {
        while (true)
        {
            var queue = SystemQueue;
            if (queue.Head is NoMessage)
            {
                return SystemMessageList.ENil;
            }

            if ((queue.IsEmpty && newContents.IsEmpty) || SystemQueuePut(queue, newContents))
            {
                return queue.Reverse;
            }
        }
    }

    private void ProcessAllSystemMessages()
    {
        if (!HasSystemMessages)
        {
            return;
        }

        var messages = SystemDrain(SystemMessageList.LNil);
        while (messages.NonEmpty && !IsClosed())
        {
            var message = messages.Head;
            messages = messages.Tail;
            message.Unlink();
            Actor.SystemInvoke(message);
            if (messages.IsEmpty && !IsClosed())
            {
                messages = SystemDrain(SystemMessageList.LNil);
            }
        }

        ToDeadLetters(messages);
    }

    private void ToDeadLetters(EarliestFirstSystemMessageList messages)
    {
        while (messages.NonEmpty)
        {
            var message = messages.Head;
            messages = messages.Tail;
            message.Unlink();
            Actor.Dispatcher.Mailboxes.DeadLetterMailbox.SystemEnqueue(Actor.Self, message);
        }
    }
}
