using System.Collections.Concurrent;

namespace ActorBrowser;

/// <summary>
/// One child's turn to start. Only so many children of this process start at a time, in the order of their asking: three
/// hundred at once would take each other's processor time until none is ready within its handshake's deadline.
/// </summary>
/// <param name="most">How many children start at a time; 0 for no turn at all.</param>
internal sealed class StartPass(int most)
{
    private static readonly ConcurrentDictionary<int, SemaphoreSlim> Gates = new();

    private readonly Lock _lock = new();
    private bool _holds;
    private bool _left;

    private SemaphoreSlim Gate => Gates.GetOrAdd(most, static most => new SemaphoreSlim(most, most));

    /// <summary>Done when it is this child's turn.</summary>
    /// <param name="cancellation">The child is not to be started any more.</param>
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

    /// <summary>It has started, or never will: the next one's turn. Any number of times.</summary>
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
