namespace ActorBrowser;

/// <summary>Counts the losses of a role's processes, by which its supervisor or pool decides whether to start another one.</summary>
internal sealed class RestartBudget
{
    private readonly Queue<long> _losses = new();
    private int _deadStarts;

    /// <summary>Counts one loss.</summary>
    /// <param name="window">How long a loss counts.</param>
    /// <param name="time">The actor system's.</param>
    /// <returns>How many losses the window holds, this one included.</returns>
    internal int CountLoss(TimeSpan window, TimeProvider time)
    {
        var now = time.GetTimestamp();
        _losses.Enqueue(now);
        while (_losses.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) > window)
            _losses.Dequeue();
        return _losses.Count;
    }

    /// <summary>A process has ended.</summary>
    /// <param name="diedAtStart">Whether it ended itself before it was ready.</param>
    /// <returns>Whether more than one in succession did, so that the next one would, too.</returns>
    internal bool CountEnd(bool diedAtStart)
    {
        _deadStarts = diedAtStart ? _deadStarts + 1 : 0;
        return _deadStarts > 1;
    }

    /// <summary>A process is ready: those that ended before they were ready do not count any more.</summary>
    internal void OnReady() => _deadStarts = 0;

    /// <summary>Forgets all losses.</summary>
    internal void Clear()
    {
        _deadStarts = 0;
        _losses.Clear();
    }
}
