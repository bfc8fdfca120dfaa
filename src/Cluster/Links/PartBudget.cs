namespace ActorBrowser.Cluster;

/// <summary>How many bytes the unfinished messages of a link may hold together. Thread-safe.</summary>
/// <param name="most">The most, in bytes.</param>
internal sealed class PartBudget(long most)
{
    private long _held;

    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= most)
            return true;
        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    internal void Return(long bytes) => Interlocked.Add(ref _held, -bytes);
}
