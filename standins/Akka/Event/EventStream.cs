using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Akka.Actor;

namespace Akka.Event;

public interface IDeadLetterSuppression
{
}

public abstract class AllDeadLetters
{
    protected AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
    {
        Message = message;
        Sender = sender;
        Recipient = recipient;
    }

    public object Message { get; }

    public IActorRef Recipient { get; }

    public IActorRef Sender { get; }

    public override string ToString() => $"DeadLetter from {Sender} to {Recipient}: <{Message}>";
}

public sealed class DeadLetter : AllDeadLetters
{
    public DeadLetter(object message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient)
    {
    }
}

public sealed class SuppressedDeadLetter : AllDeadLetters
{
    public SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient)
    {
    }
}

public class UnhandledMessage
{
    public UnhandledMessage(object message, IActorRef sender, IActorRef recipient)
    {
        Message = message;
        Sender = sender;
        Recipient = recipient;
    }

    public object Message { get; }

    public IActorRef Sender { get; }

    public IActorRef Recipient { get; }

    public override string ToString() => $"<UnhandledMessage>: {Message}. Sender={Sender}. Recipient={Recipient}";
}

/// <summary>Subscribers by event class; a subscriber to a class gets its subclasses too.</summary>
public class LoggingBus
{
    private readonly Lock _lock = new();
    private readonly List<(IActorRef Subscriber, Type Channel)> _subscriptions = [];
    private readonly List<IActorRef> _loggers = [];
    private volatile Dictionary<Type, IActorRef[]> _cache = [];

    public LogLevel LogLevel { get; private set; }

    public virtual bool Subscribe(IActorRef subscriber, Type classifier)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_lock)
        {
            if (_subscriptions.Contains((subscriber, classifier)))
                return false;
            _subscriptions.Add((subscriber, classifier));
            _cache = [];
            return true;
        }
    }

    public virtual bool Unsubscribe(IActorRef subscriber, Type classifier)
    {
        lock (_lock)
        {
            _cache = [];
            return _subscriptions.Remove((subscriber, classifier));
        }
    }

    public virtual bool Unsubscribe(IActorRef subscriber)
    {
        lock (_lock)
        {
            _cache = [];
            return _subscriptions.RemoveAll(s => s.Subscriber.Equals(subscriber)) > 0;
        }
    }

    public virtual void Publish(object @event)
    {
        var type = @event.GetType();
        if (!_cache.TryGetValue(type, out var subscribers))
        {
            lock (_lock)
            {
                subscribers = [.. _subscriptions.Where(s => s.Channel.IsAssignableFrom(type)).Select(s => s.Subscriber).Distinct()];
                _cache = new Dictionary<Type, IActorRef[]>(_cache) { [type] = subscribers };
            }
        }
        foreach (var subscriber in subscribers)
            subscriber.Tell(@event, (@event as LogEvent)?.Sender ?? ActorRefs.NoSender);
    }

    public void SetLogLevel(LogLevel logLevel)
    {
        LogLevel = logLevel;
        foreach (LogLevel level in Enum.GetValues(typeof(LogLevel)))
        {
            foreach (var logger in _loggers)
            {
                if (level < logLevel)
                    Unsubscribe(logger, level.ClassFor());
                else
                    Subscribe(logger, level.ClassFor());
            }
        }
    }

    internal void AddLogger(IActorRef logger)
    {
        _loggers.Add(logger);
        foreach (LogLevel level in Enum.GetValues(typeof(LogLevel)))
        {
            if (level >= LogLevel)
                Subscribe(logger, level.ClassFor());
        }
    }

    internal void RemoveLoggers()
    {
        foreach (var logger in _loggers)
            Unsubscribe(logger);
        _loggers.Clear();
    }
}

public class EventStream : LoggingBus
{
    public EventStream(bool debug)
    {
    }

    public void StartStdoutLogger(Settings config)
    {
        SetLogLevel(Logging.LogLevelFor(config.StdoutLogLevel));
        AddLogger(config.StdoutLogger);
    }

    internal void StopDefaultLoggers(ActorSystem system) => RemoveLoggers();
}
