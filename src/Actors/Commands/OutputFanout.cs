using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Sends a command's output to its subscribers, to each as fast as that one grants credit, and tells each once of the command's end.</summary>
/// <param name="context">The session's context, which watches the subscribers.</param>
/// <param name="log">The output.</param>
/// <param name="life">The command's state.</param>
internal sealed class OutputFanout(IActorContext context, OutputLog log, CommandLife life)
{
    private readonly IActorRef _session = context.Self;
    private readonly List<OutputSubscription> _subscriptions = [];

    /// <summary>The position of the slowest subscriber; <see cref="long.MaxValue"/> without subscribers.</summary>
    internal long Slowest
    {
        get
        {
            var slowest = long.MaxValue;
            foreach (var subscription in _subscriptions)
                slowest = Math.Min(slowest, subscription.Position);
            return slowest;
        }
    }

    /// <summary>Whether every subscriber was told of the end.</summary>
    internal bool IsDone => _subscriptions.TrueForAll(static subscription => subscription.HasBeenToldOfTheEnd);

    /// <summary>Adds a subscriber that has no subscription yet.</summary>
    internal void Add(Subscribe subscribe)
    {
        _subscriptions.Add(new OutputSubscription(subscribe with { From = Math.Max(0, subscribe.From) }));
        context.Watch(subscribe.Subscriber);
        if (life.Exit is { } exit)
            subscribe.Subscriber.Tell(new CommandExited(life.Handle, exit));
    }

    /// <summary>Removes a subscriber.</summary>
    /// <returns>Whether it was one.</returns>
    internal bool Remove(IActorRef subscriber)
    {
        if (_subscriptions.RemoveAll(one => one.Subscriber.Equals(subscriber)) == 0)
            return false;
        context.Unwatch(subscriber);
        return true;
    }

    internal void Grant(IActorRef subscriber, long bytes) => _subscriptions.Find(one => one.Subscriber.Equals(subscriber))?.Grant(bytes);

    /// <summary>Tells every subscriber.</summary>
    internal void Broadcast(object happened)
    {
        foreach (var subscription in _subscriptions)
            subscription.Subscriber.Tell(happened, _session);
    }

    /// <summary>Sends each subscriber the output that its credit allows, and the end once it has all output and the command has ended.</summary>
    internal void Advance()
    {
        // By index: this runs for every piece of output.
        for (var i = 0; i < _subscriptions.Count; i++)
        {
            if (_subscriptions[i].Advance(log, _session))
                TellOfTheEnd(_subscriptions[i]);
        }
    }

    /// <summary>The session stops: reports undelivered output to each subscriber as a gap, then the end if the command has ended.</summary>
    internal void EndAbruptly()
    {
        foreach (var subscription in _subscriptions)
        {
            if (life.End is null || subscription.HasBeenToldOfTheEnd)
                continue;
            subscription.Skip(log, _session);
            TellOfTheEnd(subscription);
        }
    }

    private void TellOfTheEnd(OutputSubscription subscription)
    {
        if (life.End is not { } end || subscription.HasBeenToldOfTheEnd)
            return;
        subscription.HasBeenToldOfTheEnd = true;
        subscription.Flush(_session);
        subscription.Subscriber.Tell(end, _session);
    }
}
