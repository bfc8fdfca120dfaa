using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public partial class ActorCell
{
    private readonly Dictionary<IActorRef, object> _watching = [];
    private readonly Dictionary<IActorRef, object> _terminatedQueue = [];
    private readonly HashSet<IActorRef> _watchedBy = [];

    public IActorRef Watch(IActorRef subject)
    {
        StartWatching(subject, null);
        return subject;
    }

    public IActorRef WatchWith(IActorRef subject, object message)
    {
        if (message is null)
            throw new ArgumentNullException(nameof(message), "message must not be null");
        StartWatching(subject, message);
        return subject;
    }

    public IActorRef Unwatch(IActorRef subject)
    {
        var target = (IInternalActorRef)subject;
        if (!target.Equals(Self) && _watching.Remove(target))
            target.SendSystemMessage(new Unwatch(target, (IInternalActorRef)Self));
        _terminatedQueue.Remove(subject);
        return subject;
    }

    private void StartWatching(IActorRef subject, object message)
    {
        var target = (IInternalActorRef)subject;
        if (target.Equals(Self))
            return;
        if (_watching.TryGetValue(target, out var before))
        {
            if (!Equals(before, message))
            {
                throw new InvalidOperationException(
                    $"Watch({Self}, {subject}) termination message was not overwritten from [{before ?? "Terminated"}] to [{message ?? "Terminated"}]. If this was intended, unwatch first before using Watch/WatchWith with another message.");
            }
            return;
        }
        _watching.Add(target, message);
        target.SendSystemMessage(new Watch(target, (IInternalActorRef)Self));
    }

    private void ReceivedTerminated(Terminated terminated)
    {
        if (!_terminatedQueue.Remove(terminated.ActorRef, out var message))
            return;
        if (message is null)
            ReceiveMessage(terminated);
        else
            ReceiveMessage(message);
    }

    private void WatchedActorTerminated(DeathWatchNotification notification)
    {
        var actor = notification.Actor;
        if (_watching.Remove(actor, out var message) && !_terminating)
        {
            _terminatedQueue[actor] = message;
            SendMessage(new Terminated(actor, notification.ExistenceConfirmed, notification.AddressTerminated), actor);
        }
        HandleChildTerminated(actor);
    }

    private void AddWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.Equals(Self) && !watcher.Equals(Self))
        {
            if (_terminated)
                watcher.SendSystemMessage(new DeathWatchNotification(Self, true, false));
            else
                _watchedBy.Add(watcher);
        }
    }

    private void RemoveWatcher(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        if (watchee.Equals(Self))
            _watchedBy.Remove(watcher);
    }

    private void TellWatchersWeDied()
    {
        foreach (var watcher in _watchedBy)
        {
            // The parent has been told already, as the supervisor it is.
            if (!watcher.Equals(Parent))
                ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(Self, existenceConfirmed: true, addressTerminated: false));
        }
        _watchedBy.Clear();
    }

    private void UnwatchWatchedActors()
    {
        foreach (var watchee in _watching.Keys.ToArray())
            ((IInternalActorRef)watchee).SendSystemMessage(new Unwatch((IInternalActorRef)watchee, (IInternalActorRef)Self));
        _watching.Clear();
        _terminatedQueue.Clear();
    }
}
