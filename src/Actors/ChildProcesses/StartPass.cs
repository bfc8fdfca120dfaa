using System.Collections.Concurrent;

namespace ActorBrowser;

/// <summary>
/// One child's turn to start. Only a limited number of this process's children start at a time, in order of request: three hundred at
/// once would slow each other down so much that none is ready within its handshake timeout.
/// </summary>
/// <param name="most">How many children start at a time; 0 for no limit.</param>
internal sealed class StartPass(int most)
{
    private static readonly ConcurrentDictionary<int, SemaphoreSlim> Gates = new();

    private readonly Lock _lock = new();
    private bool _holds;
    private bool _left;

    private SemaphoreSlim Gate => Gates.GetOrAdd(most, static most => new SemaphoreSlim(most, most));

    /// <summary>Completes when it is this child's turn.</summary>
    /// <param name="cancellation">Gives the start up.</param>
    internal async Task EnterAsync(CancellationToken cancellation)
    {
        if (most == 0)
            return;
        await Gate.WaitAsync(cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            _holds = !_left;
            if (_holds)
                return;
        }
        Gate.Release();
    }

    /// <summary>The child has started, or never will: the next child may start. May be called repeatedly.</summary>
    internal void Leave()
    {
        lock (_lock)
        {
            _left = true;
            if (!_holds)
                return;
            _holds = false;
        }
        Gate.Release();
    }
}
