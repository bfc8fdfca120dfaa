using System;
using Akka.Actor.Scheduler;
using Akka.Event;

namespace Akka.Actor;

public partial class ActorCell
{
    /// <summary>A number that changes with each message, so that a stash notices one being stashed twice.</summary>
    public int CurrentEnvelopeId { get; private set; }

    /// <summary>One user message's turn.</summary>
    public void Invoke(Envelope envelope)
    {
        var message = envelope.Message is IScheduledTellMsg scheduled ? scheduled.Message : envelope.Message;
        var influencesReceiveTimeout = message is not INotInfluenceReceiveTimeout;
        try
        {
            CurrentMessage = message;
            CurrentEnvelopeId = CurrentEnvelopeId == int.MaxValue - 1 ? 0 : CurrentEnvelopeId + 1;
            Sender = envelope.Sender ?? SystemImpl.DeadLetters;
            if (influencesReceiveTimeout)
            {
                CancelReceiveTimeout();
            }

            if (message is IAutoReceivedMessage)
            {
                AutoReceiveMessage(envelope);
            }
            else
            {
                ReceiveMessage(message);
            }

            CurrentMessage = null;
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }
        finally
        {
            CheckReceiveTimeout(influencesReceiveTimeout);
        }
    }

    public void ReceiveMessageForTest(Envelope envelope)
    {
        CurrentMessage = envelope.Message;
        Sender = envelope.Sender;
        try
        {
            ReceiveMessage(envelope.Message);
        }
        finally
        {
            CurrentMessage = null;
            Sender = SystemImpl.DeadLetters;
        }
    }

    protected internal virtual void AutoReceiveMessage(Envelope envelope)
    {
        var message = envelope.Message is IScheduledTellMsg scheduled ? scheduled.Message : envelope.Message;
        if (SystemImpl.Settings.DebugAutoReceive)
        {
            Publish(new Debug(_self.Path.ToString(), _actor?.GetType(), "received AutoReceiveMessage " + message));
        }

        switch (message)
        {
            case Terminated terminated:
                ReceivedTerminated(terminated);
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case PoisonPill:
                _self.Stop();
                break;
            case ActorSelectionMessage selection:
                new ActorSelection(Self, selection.Elements).Tell(selection.Message, Sender);
                break;
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, Self));
                break;
        }
    }

    protected virtual void ReceiveMessage(object message)
    {
        if (message is IScheduledTellMsg scheduled)
        {
            message = scheduled.Message;
        }

        var handled = _actor.AroundReceive(_behavior, message);
        if (SystemImpl.Settings.AddLoggingReceive && _actor is ILogReceive)
        {
            Publish(new Debug(_self.Path.ToString(), _actor.GetType(), $"received {(handled ? "handled" : "unhandled")} message {message} from {Sender.Path}"));
        }
    }
}
