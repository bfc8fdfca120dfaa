using System;
using System.Collections.Generic;
using Akka.Actor;

namespace Akka.Routing;

/// <summary>Something others may listen to.</summary>
public interface IListeners
{
    ListenerSupport Listeners { get; }
}

/// <summary>A message about listening.</summary>
public abstract class ListenerMessage
{
}

/// <summary>Adds a listener.</summary>
public sealed class Listen(IActorRef listener) : ListenerMessage
{
    public IActorRef Listener { get; } = listener;
}

/// <summary>Removes a listener.</summary>
public sealed class Deafen(IActorRef listener) : ListenerMessage
{
    public IActorRef Listener { get; } = listener;
}

/// <summary>Runs something with each listener.</summary>
public sealed class WithListeners(Action<IActorRef> listenerFunction) : ListenerMessage
{
    public Action<IActorRef> ListenerFunction { get; } = listenerFunction;
}

/// <summary>Keeps listeners and tells them things.</summary>
public class ListenerSupport
{
    protected readonly HashSet<IActorRef> Listeners = [];

    public Receive ListenerReceive => message =>
    {
        switch (message)
        {
            case Listen listen:
                Add(listen.Listener);
                return true;
            case Deafen deafen:
                Remove(deafen.Listener);
                return true;
            case WithListeners with:
                foreach (var listener in Listeners)
                {
                    with.ListenerFunction(listener);
                }

                return true;
            default:
                return false;
        }
    };

    public void Add(IActorRef actor) => Listeners.Add(actor);

    public void Remove(IActorRef actor) => Listeners.Remove(actor);

    public void Gossip(object message) => Gossip(message, ActorRefs.NoSender);

    public void Gossip(object message, IActorRef sender)
    {
        foreach (var listener in Listeners)
        {
            listener.Tell(message, sender);
        }
    }
}
