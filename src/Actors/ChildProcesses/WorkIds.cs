namespace ActorBrowser;

/// <summary>
/// Allocates ids for work given to processes: fetches, and requests to a lent process. A process outlives its borrowers and their
/// restarts, so no two of them ever use the same id: a late answer to one request is never taken for the answer to another.
/// </summary>
internal static class WorkIds
{
    private static ulong s_last;

    internal static ulong Next() => Interlocked.Increment(ref s_last);
}
