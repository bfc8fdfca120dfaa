using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Util;

#nullable enable
namespace Akka.Actor;

public partial class ActorCell
{
    // Whom we watch and with what message instead of Terminated; whose Terminated is in our mailbox; who watches us.
    private Dictionary<IActorRef, object?>? _watching;
    private Dictionary<IActorRef, object?>? _terminatedQueue;
    private HashSet<IActorRef>? _watchedBy;

    public IActorRef Watch(IActorRef subject)
    {
        if (subject is null)
        {
            throw new ArgumentNullException(nameof(subject), "subject must not be null");
        }

        return StartWatching(subject, null);
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        if (subject is null)
        {
            throw new ArgumentNullException(nameof(subject), "subject must not be null");
        }

        if (message is null)
        {
            throw new ArgumentNullException(nameof(message), "message must not be null");
        }

        return StartWatching(subject, message);
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        if (subject is null)
        {
            throw new ArgumentNullException(nameof(subject), "subject must not be null");
        }

        var watchee = (IInternalActorRef)subject;
        if (_watching is not null && !watchee.Equals(_self) && _watching.Remove(watchee))
        {
            watchee.SendSystemMessage(new Unwatch(watchee, _self));
        }

        _terminatedQueue?.Remove(watchee);
        return subject;
    }

    /// <summary>Notes that the actor's Terminated is in the mailbox: only such a one is passed on.</summary>
    public void TerminatedQueuedFor(IActorRef subject, Option<object> customMessage) =>
        (_terminatedQueue ??= []).TryAdd(subject, customMessage.HasValue ? customMessage.Value : null);

    protected void ReceivedTerminated(Terminated t)
    {
        if (_terminatedQueue is not null && _terminatedQueue.Remove(t.ActorRef, out var message))
        {
            ReceiveMessage(message ?? t);
        }
    }

    protected void WatchedActorTerminated(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    {
        if (_watching is not null && _watching.Remove(actor, out var message) && !IsTerminating)
        {
            Self.Tell(new Terminated(actor, existenceConfirmed, addressTerminated), actor);
            TerminatedQueuedFor(actor, message!);
        }

        if (_children.Contains(actor))
        {
            HandleChildTerminated(actor);
        }
    }

    protected void TellWatchersWeDied()
    {
        foreach (var watcher in _watchedBy ?? [])
        {
            // The parent is told anyway.
            if (!watcher.Equals(Parent))
            {
                ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(Self, true, false));
            }
        }

        _watchedBy = null;
    }

    protected void UnwatchWatchedActors(ActorBase? actor)
    {
        foreach (var watchee in _watching?.Keys.Cast<IInternalActorRef>() ?? [])
        {
            watchee.SendSystemMessage(new Unwatch(watchee, _self));
        }

        _watching = null;
        _terminatedQueue = null;
    }

    protected void AddWatcher(IActorRef watchee, IActorRef watcher)
    {
        switch (watchee.Equals(Self), watcher.Equals(Self))
        {
            case (true, false):
                if ((_watchedBy ??= []).Add(watcher))
                {
                    PublishLifecycle(ActorType, $"now watched by {watcher}");
                }

                break;
            case (false, true):
                Watch(watchee);
                break;
            default:
                Publish(new Warning(Self.Path.ToString(), ActorType, $"BUG: illegal Watch({watchee},{watcher} for {Self}"));
                break;
        }
    }

    protected void RemWatcher(IActorRef watchee, IActorRef watcher)
    {
        switch (watchee.Equals(Self), watcher.Equals(Self))
        {
            case (true, false):
                if (_watchedBy is not null && _watchedBy.Remove(watcher))
                {
                    PublishLifecycle(ActorType, $"no longer watched by {watcher}");
                }

                break;
            case (false, true):
                Unwatch(watchee);
                break;
            default:
                Publish(new Warning(Self.Path.ToString(), ActorType, $"BUG: illegal Unwatch({watchee},{watcher} for {Self}"));
                break;
        }
    }

    private IActorRef StartWatching(IActorRef subject, object? message)
    {
        var watchee = (IInternalActorRef)subject;
        if (!watchee.Equals(_self) && (_watching ??= []).TryAdd(watchee, message))
        {
            watchee.SendSystemMessage(new Watch(watchee, _self));
        }

        return subject;
    }
}
