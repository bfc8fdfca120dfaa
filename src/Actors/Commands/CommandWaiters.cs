using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Those who wait for a command's end: each of them gets one answer.</summary>
/// <param name="timers">The session's.</param>
internal sealed class CommandWaiters(ActorTimers timers)
{
    private readonly Dictionary<WaitOver, IActorRef> _waiting = [];
    private readonly List<IActorRef> _killers = [];

    /// <summary>Somebody waits for the end.</summary>
    /// <param name="asker">Gets <see cref="Waited"/>.</param>
    /// <param name="timeout">How long; null for as long as it takes.</param>
    /// <param name="life">The command's.</param>
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

    /// <summary>Somebody has asked to kill the command, and gets its last snapshot.</summary>
    /// <returns>Whether there is something to kill.</returns>
    internal bool AddKiller(IActorRef asker, CommandLife life)
    {
        if (life.IsOver)
            asker.Tell(life.Snapshot());
        else
            _killers.Add(asker);
        return !life.IsOver;
    }

    /// <summary>Somebody has waited long enough.</summary>
    internal void OnTimeout(WaitOver over, CommandLife life)
    {
        if (_waiting.Remove(over, out var asker))
            asker.Tell(new Waited(life.Snapshot(), TimedOut: true));
    }

    /// <summary>The command has ended.</summary>
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

    /// <summary>The command never ran: those who had its handle from the registry's list are told that there is no such command.</summary>
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
