using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Akka.Actor;

namespace Akka.Event;

/// <summary>A subscriber and what it does not want of its classifier.</summary>
public class Subscription<TSubscriber, TClassifier>
{
    public Subscription(TSubscriber subscriber, IEnumerable<TClassifier> unsubscriptions)
    {
        Subscriber = subscriber;
        Unsubscriptions = new HashSet<TClassifier>(unsubscriptions);
    }

    public Subscription(TSubscriber subscriber)
        : this(subscriber, [])
    {
    }

    public TSubscriber Subscriber { get; private set; }

    public ISet<TClassifier> Unsubscriptions { get; private set; }
}

/// <summary>Hands events to those who subscribed to their class or to a class above it.</summary>
public abstract class EventBus<TEvent, TClassifier, TSubscriber>
{
    private readonly Dictionary<TClassifier, List<Subscription<TSubscriber, TClassifier>>> _subscriptions = [];

    // Who gets an event of a class, worked out once; dropped whenever a subscription changes.
    private volatile ConcurrentDictionary<TClassifier, TSubscriber[]> _cache = new();

    public virtual bool Subscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_subscriptions)
        {
            if (!_subscriptions.TryGetValue(classifier, out var subscribers))
            {
                _subscriptions.Add(classifier, subscribers = []);
            }

            if (subscribers.Exists(s => s.Subscriber.Equals(subscriber)))
            {
                return false;
            }

            subscribers.Add(new(subscriber));
            ClearCache();
            return true;
        }
    }

    public virtual bool Unsubscribe(TSubscriber subscriber)
    {
        lock (_subscriptions)
        {
            var removed = 0;
            foreach (var subscribers in _subscriptions.Values)
            {
                removed += subscribers.RemoveAll(s => s.Subscriber.Equals(subscriber));
            }

            ClearCache();
            return removed > 0;
        }
    }

    public virtual bool Unsubscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_subscriptions)
        {
            var changed = false;
            if (_subscriptions.TryGetValue(classifier, out var subscribers))
            {
                changed = subscribers.RemoveAll(s => s.Subscriber.Equals(subscriber)) > 0;
            }
            else
            {
                // Nobody subscribed to just this class: whoever has it through a class above stops getting it.
                foreach (var (above, others) in _subscriptions)
                {
                    foreach (var other in others)
                    {
                        if (other.Subscriber.Equals(subscriber) && IsSubClassification(above, classifier))
                        {
                            other.Unsubscriptions.Add(classifier);
                            changed = true;
                        }
                    }
                }
            }

            ClearCache();
            return changed;
        }
    }

    public virtual void Publish(TEvent @event)
    {
        var eventClass = GetClassifier(@event);
        if (!_cache.TryGetValue(eventClass, out var subscribers))
        {
            subscribers = FindSubscribers(@event, eventClass);
        }

        foreach (var subscriber in subscribers)
        {
            Publish(@event, subscriber);
        }
    }

    protected string SimpleName(object source) => SimpleName(source.GetType());

    protected string SimpleName(Type source) => source.Name;

    protected abstract bool IsSubClassification(TClassifier parent, TClassifier child);

    protected abstract void Publish(TEvent @event, TSubscriber subscriber);

    protected abstract bool Classify(TEvent @event, TClassifier classifier);

    protected abstract TClassifier GetClassifier(TEvent @event);

    private TSubscriber[] FindSubscribers(TEvent @event, TClassifier eventClass)
    {
        lock (_subscriptions)
        {
            var found = _subscriptions
                .Where(entry => Classify(@event, entry.Key))
                .SelectMany(static entry => entry.Value)
                .Where(s => !s.Unsubscriptions.Any(u => IsSubClassification(u, eventClass)))
                .Select(static s => s.Subscriber)
                .Distinct()
                .ToArray();
            _cache[eventClass] = found;
            return found;
        }
    }

    private void ClearCache() => _cache = new();
}

/// <summary>An event bus whose subscribers are actors.</summary>
public abstract class ActorEventBus<TEvent, TClassifier> : EventBus<TEvent, TClassifier, IActorRef>
{
}
