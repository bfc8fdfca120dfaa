namespace ActorBrowser;

/// <summary>
/// Joins a launch and the end of the actor that asked for it. Whichever comes second finds the other here, so that a child is either
/// delivered or killed, and never lost.
/// </summary>
internal sealed class LaunchTicket
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private LaunchedChild? _child;
    private bool _abandoned;

    internal CancellationToken Token => _cancellation.Token;

    /// <summary>Delivers the child; false if the actor has stopped, and the child was killed.</summary>
    internal bool TryDeliver(LaunchedChild child)
    {
        lock (_lock)
        {
            if (!_abandoned)
            {
                _child = child;
                return true;
            }
        }
        child.Abandon();
        return false;
    }

    /// <summary>The actor has stopped: kills the child, now or on arrival.</summary>
    internal void Abandon()
    {
        LaunchedChild? child;
        lock (_lock)
        {
            _abandoned = true;
            child = _child;
        }
        _cancellation.Cancel();
        child?.Abandon();
    }
}
