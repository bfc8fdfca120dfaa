using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>The actors that wait for a command's end: each gets one answer.</summary>
/// <param name="timers">The session's timers.</param>
internal sealed class CommandWaiters(ActorTimers timers)
{
    private readonly Dictionary<WaitOver, IActorRef> _waiting = [];
    private readonly List<IActorRef> _killers = [];

    /// <summary>Adds an actor that waits for the end.</summary>
    /// <param name="asker">Gets <see cref="Waited"/>.</param>
    /// <param name="timeout">The longest wait; null for no limit.</param>
    /// <param name="life">The command's state.</param>
    internal void Add(IActorRef asker, TimeSpan? timeout, CommandLife life)
    {
        if (life.IsOver)
        {
            asker.Tell(new Waited(life.Snapshot(), TimedOut: false));
            return;
        }
        var key = new WaitOver();
        _waiting.Add(key, asker);
        if (timeout is { } patience)
            timers.StartSingleTimer(key, key, patience);
    }

    /// <summary>Adds an actor that has asked to kill the command; it gets the command's last snapshot.</summary>
    /// <returns>False if the command has ended already.</returns>
    internal bool AddKiller(IActorRef asker, CommandLife life)
    {
        if (life.IsOver)
            asker.Tell(life.Snapshot());
        else
            _killers.Add(asker);
        return !life.IsOver;
    }

    /// <summary>Answers an actor whose wait has reached its timeout.</summary>
    internal void OnTimeout(WaitOver over, CommandLife life)
    {
        if (_waiting.Remove(over, out var asker))
            asker.Tell(new Waited(life.Snapshot(), TimedOut: true));
    }

    /// <summary>Answers every waiting actor, because the command has ended.</summary>
    internal void TellOfTheEnd(CommandLife life)
    {
        foreach (var (key, asker) in _waiting)
        {
            timers.Cancel(key);
            asker.Tell(new Waited(life.Snapshot(), TimedOut: false));
        }
        _waiting.Clear();
        foreach (var asker in _killers)
            asker.Tell(life.Snapshot());
        _killers.Clear();
    }

    /// <summary>Tells the actors that took the handle from the registry's list that no such command exists, because the command never ran.</summary>
    internal void TellOfRefusal(CommandLife life)
    {
        foreach (var asker in _waiting.Values.Concat(_killers))
            asker.Tell(new UnknownHandle(life.Handle));
        _waiting.Clear();
        _killers.Clear();
    }

    /// <summary>The session calls <see cref="OnTimeout"/> when it receives this.</summary>
    internal sealed class WaitOver : INoSerializationVerificationNeeded;
}
