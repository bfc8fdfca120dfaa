namespace ActorBrowser;

/// <summary>
/// A launch that is under way while its actor may be stopped: whoever comes second, the child or the end of the actor,
/// finds the other here, so that a child is either delivered or killed and never lost.
/// </summary>
internal sealed class LaunchTicket
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private LaunchedChild? _child;
    private bool _abandoned;

    internal CancellationToken Token => _cancellation.Token;

    /// <summary>The child is here; false when its actor has stopped; the child has been killed.</summary>
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

    /// <summary>The actor is gone: kills the child that is here or still to come.</summary>
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
