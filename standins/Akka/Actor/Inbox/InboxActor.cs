using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Event;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>Keeps an inbox's messages and the queries that wait for them, each until its deadline.</summary>
internal sealed class InboxActor(int size) : ActorBase
{
    private readonly LinkedList<object> _messages = new();
    private readonly List<IQuery> _waiting = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ICancelable _timer;
    private bool _warned;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case IQuery query:
                Answer(query.WithClient(Sender));
                break;
            case StartWatch { Message: null } watch:
                Context.Watch(watch.Target);
                break;
            case StartWatch watch:
                Context.WatchWith(watch.Target, watch.Message);
                break;
            case StopWatch unwatch:
                Context.Unwatch(unwatch.Target);
                break;
            case Kick:
                FailOverdue();
                break;
            default:
                Deliver(message);
                break;
        }

        SetTimer();
        return true;
    }

    private void Answer(IQuery query)
    {
        for (var node = _messages.First; node is not null; node = node.Next)
        {
            if (query.Accepts(node.Value))
            {
                _messages.Remove(node);
                query.Client.Tell(node.Value);
                return;
            }
        }

        _waiting.Add(query);
    }

    private void Deliver(object message)
    {
        var waiting = _waiting.FindIndex(query => query.Accepts(message));
        if (waiting >= 0)
        {
            _waiting[waiting].Client.Tell(message);
            _waiting.RemoveAt(waiting);
        }
        else if (_messages.Count < size)
        {
            _messages.AddLast(message);
        }
        else if (!_warned)
        {
            _warned = true;
            _log.Warning("Dropping message: Inbox size has been exceeded, use akka.actor.inbox.inbox-size to increase maximum allowed inbox size. Current is {0}", size);
        }
    }

    private void FailOverdue()
    {
        var now = Context.System.Scheduler.MonotonicClock;
        foreach (var query in _waiting.Where(query => query.Deadline < now))
        {
            query.Client.Tell(new Status.Failure(new TimeoutException("Deadline passed")));
        }

        _waiting.RemoveAll(query => query.Deadline < now);
    }

    private void SetTimer()
    {
        _timer?.Cancel();
        _timer = null;
        if (_waiting.Count == 0)
        {
            return;
        }

        var delay = _waiting.Min(static query => query.Deadline) - Context.System.Scheduler.MonotonicClock;
        if (delay > TimeSpan.Zero)
        {
            _timer = Context.System.Scheduler.ScheduleTellOnceCancelable(delay, Self, new Kick(), Self);
        }
        else
        {
            Self.Tell(new Kick(), ActorRefs.NoSender);
        }
    }

    internal sealed record StartWatch(IActorRef Target, object Message);

    internal sealed record StopWatch(IActorRef Target);

    private sealed record Kick;
}

/// <summary>Somebody who waits for a message.</summary>
internal interface IQuery
{
    /// <summary>On the scheduler's monotonic clock.</summary>
    TimeSpan Deadline { get; }

    IActorRef Client { get; }

    IQuery WithClient(IActorRef client);

    bool Accepts(object message);
}

/// <summary>Any message will do.</summary>
internal readonly record struct Get(TimeSpan Deadline, IActorRef Client = null) : IQuery
{
    public IQuery WithClient(IActorRef client) => this with { Client = client };

    public bool Accepts(object message) => true;
}

/// <summary>Only some messages will do.</summary>
internal readonly record struct Select(TimeSpan Deadline, Predicate<object> Predicate, IActorRef Client = null) : IQuery
{
    public IQuery WithClient(IActorRef client) => this with { Client = client };

    public bool Accepts(object message) => Predicate(message);
}
