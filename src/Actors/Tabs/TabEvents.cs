using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// Tells a tab's subscribers. Frequent events are collected for a moment: only the last progress is sent, and the others keep their
/// order. An important event first sends what was collected.
/// </summary>
internal sealed class TabEvents(IActorRef tab, HashSet<IActorRef> subscribers, ActorTimers timers, TimeSpan interval)
{
    private readonly List<IEvent> _gathered = [];
    private Progress? _progress;

    /// <summary>The spans of the navigations that the events tell of.</summary>
    internal NavigationSpans Spans { get; } = new();

    /// <summary>Sends an event now, after the collected ones.</summary>
    internal void Tell(IEvent happened)
    {
        Flush();
        Spans.On(happened);
        Send(happened);
    }

    /// <summary>Collects an event, to be sent soon.</summary>
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
