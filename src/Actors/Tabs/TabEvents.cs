using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// Tells a tab's subscribers. What happens often is gathered for a moment: of progress only the last counts, other events
/// keep their order, and anything of weight sends what was gathered before it.
/// </summary>
internal sealed class TabEvents(IActorRef tab, HashSet<IActorRef> subscribers, ActorTimers timers, TimeSpan interval)
{
    private readonly List<IEvent> _gathered = [];
    private Progress? _progress;

    /// <summary>Tells now, after what was gathered.</summary>
    internal void Tell(IEvent happened)
    {
        Flush();
        Send(happened);
    }

    /// <summary>Tells soon.</summary>
    internal void Gather(IEvent happened)
    {
        if (subscribers.Count == 0)
            return;
        if (happened is Progress progress)
            _progress = progress;
        else
            _gathered.Add(happened);
        if (!timers.IsTimerActive(FlushTick.Instance))
            timers.StartSingleTimer(FlushTick.Instance, FlushTick.Instance, interval);
    }

    internal void Flush()
    {
        if (_progress is null && _gathered.Count == 0)
            return;
        timers.Cancel(FlushTick.Instance);
        if (_progress is { } progress)
            Send(progress);
        foreach (var happened in _gathered)
            Send(happened);
        _progress = null;
        _gathered.Clear();
    }

    private void Send(IEvent happened)
    {
        foreach (var subscriber in subscribers)
            subscriber.Tell(happened, tab);
    }

    internal sealed class FlushTick
    {
        internal static readonly FlushTick Instance = new();
    }
}
