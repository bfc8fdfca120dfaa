namespace ActorBrowser;

/// <summary>Counts the losses of a role's processes. The role's supervisor or pool decides by them whether to start another process.</summary>
internal sealed class RestartBudget
{
    private readonly Queue<long> _losses = new();
    private int _deadStarts;

    /// <summary>Counts one loss.</summary>
    /// <param name="window">The time for which a loss counts.</param>
    /// <param name="time">The actor system's clock.</param>
    /// <returns>The number of losses in the window, including this one.</returns>
    internal int CountLoss(TimeSpan window, TimeProvider time)
    {
        _losses.Enqueue(time.GetTimestamp());
        return Losses(window, time);
    }

    /// <summary>The number of losses in the window.</summary>
    /// <param name="window">The time for which a loss counts.</param>
    /// <param name="time">The actor system's clock.</param>
    internal int Losses(TimeSpan window, TimeProvider time)
    {
        while (_losses.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > window)
            _losses.Dequeue();
        return _losses.Count;
    }

    /// <summary>Counts the end of a process.</summary>
    /// <param name="diedAtStart">Whether the process ended itself before it was ready.</param>
    /// <returns>Whether at least two processes in succession did, so that the next one would, too.</returns>
    internal bool CountEnd(bool diedAtStart)
    {
        _deadStarts = diedAtStart ? _deadStarts + 1 : 0;
        return _deadStarts > 1;
    }

    /// <summary>Forgets the processes that ended before they were ready, because a process is ready.</summary>
    internal void OnReady() => _deadStarts = 0;

    /// <summary>Forgets all losses.</summary>
    internal void Clear()
    {
        _deadStarts = 0;
        _losses.Clear();
    }
}
