using System;
using System.Collections.Generic;
using System.Threading;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Keeps the messages of an actor that is not there yet.</summary>
public class UnstartedCell(ActorSystemImpl system, RepointableActorRef self, Props props, IInternalActorRef supervisor) : ICell
{
    private readonly object _gate = new();
    private readonly Queue<Envelope> _messages = new();
    private LatestFirstSystemMessageList _systemMessages = SystemMessageList.LNil;

    public ActorSystem System => system;

    public ActorSystemImpl SystemImpl => system;

    public IInternalActorRef Parent => supervisor;

    public IActorRef Self => self;

    public Props Props => props;

    public bool IsLocal => true;

    public IChildrenContainer ChildrenContainer => EmptyChildrenContainer.Instance;

    public bool IsTerminated
    {
        get
        {
            lock (_gate)
            {
                return Ready is { IsTerminated: true };
            }
        }
    }

    public bool HasMessages => NumberOfMessages > 0;

    public int NumberOfMessages
    {
        get
        {
            lock (_gate)
            {
                return Ready?.NumberOfMessages ?? _messages.Count;
            }
        }
    }

    // The cell that has replaced this one, if it has.
    private ICell Ready => self.Underlying is { } cell && !ReferenceEquals(cell, this) ? cell : null;

    public void ReplaceWith(ICell cell)
    {
        lock (_gate)
        {
            try
            {
                DrainSystemMessages(cell);
                while (_messages.TryDequeue(out var envelope))
                {
                    cell.SendMessage(envelope.Sender, envelope.Message);
                    DrainSystemMessages(cell);
                }
            }
            finally
            {
                self.SwapUnderlying(cell);
            }
        }
    }

    public void Start()
    {
    }

    public void Suspend() => SendSystemMessage(new Suspend());

    public void Resume(Exception causedByFailure) => SendSystemMessage(new Resume(causedByFailure));

    public void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    public void Stop() => SendSystemMessage(new Terminate());

    public IEnumerable<IInternalActorRef> GetChildren() => [];

    public IInternalActorRef GetSingleChild(string name) => Nobody.Instance;

    public IInternalActorRef GetChildByName(string name) => Nobody.Instance;

    public bool TryGetChildStatsByName(string name, out IChildStats child)
    {
        child = null;
        return false;
    }

    public void SendMessage(IActorRef sender, object message)
    {
        if (message is ISystemMessage systemMessage)
        {
            SendSystemMessage(systemMessage);
        }
        else if (Monitor.TryEnter(_gate, system.Settings.UnstartedPushTimeout))
        {
            try
            {
                if (Ready is { } cell)
                {
                    cell.SendMessage(sender, message);
                }
                else
                {
                    _messages.Enqueue(new Envelope(message, sender, system));
                }
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }
        else
        {
            system.EventStream.Publish(new Warning(self.Path.ToString(), GetType(), $"Dropping message of type{message.GetType()} due to lock timeout"));
            system.DeadLetters.Tell(new DeadLetter(message, sender ?? system.DeadLetters, self), sender);
        }
    }

    public void SendSystemMessage(ISystemMessage message)
    {
        lock (_gate)
        {
            if (Ready is { } cell)
            {
                cell.SendSystemMessage(message);
            }
            else
            {
                _systemMessages += (SystemMessage)message;
            }
        }
    }

    private void DrainSystemMessages(ICell cell)
    {
        while (_systemMessages.NonEmpty)
        {
            var messages = _systemMessages.Reverse;
            _systemMessages = SystemMessageList.LNil;
            while (messages.NonEmpty)
            {
                var message = messages.Head;
                messages = messages.Tail;
                message.Unlink();
                cell.SendSystemMessage(message);
            }
        }
    }
}
