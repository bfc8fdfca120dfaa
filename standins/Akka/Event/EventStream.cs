using System;
using System.Collections.Generic;
using System.Threading;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Dispatch;

namespace Akka.Event;

/// <summary>A system's event bus; who has stopped is unsubscribed by itself.</summary>
public class EventStream(bool debug) : LoggingBus
{
    private static int _unsubscribers;

    private readonly Lock _gate = new();
    private readonly HashSet<IActorRef> _pending = [];
    private volatile IActorRef _unsubscriber;

    public override bool Subscribe(IActorRef subscriber, Type channel)
    {
        if (subscriber is null)
        {
            throw new ArgumentNullException(nameof(subscriber), "The subscriber cannot be a null actor.");
        }

        Register(subscriber);
        var subscribed = base.Subscribe(subscriber, channel);
        PublishIfDebug($"subscribing {subscriber} to channel {channel}");
        return subscribed;
    }

    public override bool Unsubscribe(IActorRef subscriber, Type channel)
    {
        if (subscriber is null)
        {
            throw new ArgumentNullException(nameof(subscriber), "The subscriber cannot be a null actor.");
        }

        PublishIfDebug($"unsubscribing {subscriber} from channel {channel}");
        _unsubscriber?.Tell(new EventStreamUnsubscriber.UnregisterIfNoMoreSubscribedChannels(subscriber));
        return base.Unsubscribe(subscriber, channel);
    }

    public override bool Unsubscribe(IActorRef subscriber)
    {
        if (subscriber is null)
        {
            throw new ArgumentNullException(nameof(subscriber), "The subscriber cannot be a null actor.");
        }

        PublishIfDebug($"unsubscribing {subscriber} from all channels");
        _unsubscriber?.Tell(new EventStreamUnsubscriber.UnregisterIfNoMoreSubscribedChannels(subscriber));
        return base.Unsubscribe(subscriber);
    }

    public void StartUnsubscriber(ActorSystemImpl system)
    {
        lock (_gate)
        {
            if (_unsubscriber is not null)
            {
                return;
            }

            var props = Props.Create(() => new EventStreamUnsubscriber(this, system, debug)).WithDispatcher(Dispatchers.InternalDispatcherId);
            _unsubscriber = system.SystemActorOf(props, $"EventStreamUnsubscriber-{Interlocked.Increment(ref _unsubscribers)}");
            foreach (var subscriber in _pending)
            {
                _unsubscriber.Tell(new EventStreamUnsubscriber.Register(subscriber));
            }

            _pending.Clear();
        }
    }

    private void Register(IActorRef subscriber)
    {
        if (_unsubscriber is null)
        {
            lock (_gate)
            {
                if (_unsubscriber is null)
                {
                    _pending.Add(subscriber);
                    return;
                }
            }
        }

        _unsubscriber.Tell(new EventStreamUnsubscriber.Register(subscriber));
    }

    private void PublishIfDebug(string text)
    {
        if (debug)
        {
            Publish(new Debug(SimpleName(this), GetType(), text));
        }
    }
}

/// <summary>Subscriptions by type argument.</summary>
public static class EventStreamExtensions
{
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) =>
        eventStream.Subscribe(subscriber, typeof(TChannel));

    public static bool Unsubscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) =>
        eventStream.Unsubscribe(subscriber, typeof(TChannel));
}
