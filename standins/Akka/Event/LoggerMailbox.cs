using System;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Akka.Event;

internal sealed class LoggerMailboxType(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<LoggerMailbox>
{
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => owner is not null && system is not null
        ? new LoggerMailbox(owner, system)
        : throw new ArgumentNullException(nameof(owner), "no mailbox owner or system given");
}

/// <summary>The queue of a logger: what it left over when it stopped is printed instead of lost.</summary>
public class LoggerMailbox : Mailbox, ILoggerMessageQueueSemantics, IUnboundedMessageQueueSemantics, IMessageQueue
{
    private readonly ActorSystem _system;

    public LoggerMailbox(IActorRef owner, ActorSystem system)
        : base(new UnboundedMessageQueue()) => _system = system;

    bool IMessageQueue.HasMessages => MessageQueue.HasMessages;

    int IMessageQueue.Count => MessageQueue.Count;

    void IMessageQueue.Enqueue(IActorRef receiver, Envelope envelope) => MessageQueue.Enqueue(receiver, envelope);

    bool IMessageQueue.TryDequeue(out Envelope envelope) => MessageQueue.TryDequeue(out envelope);

    void IMessageQueue.CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (MessageQueue.TryDequeue(out var envelope))
        {
            _system.Settings.StdoutLogger.Tell(envelope.Message, envelope.Sender);
        }
    }
}
