namespace ActorBrowser;

/// <summary>
/// Ids of work for processes: fetches, and what a lent process is asked for. A process outlives its borrowers and their restarts: no two of them ever use one id, so a
/// late answer to the one is never taken for an answer to the other.
/// </summary>
internal static class WorkIds
{
    private static ulong s_last;

    internal static ulong Next() => Interlocked.Increment(ref s_last);
}
