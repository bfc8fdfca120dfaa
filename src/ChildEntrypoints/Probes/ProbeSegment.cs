using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>A System V memory segment of the parent, as a target for probes.</summary>
internal sealed class ProbeSegment : IDisposable
{
    private const int CreateForOwner = 0x200 | 0x400 | 0x180;
    private const int Page = 4096;

    private readonly nint _id;

    internal ProbeSegment() => _id = (nint)RawSystemCall.Invoke(Attempts.Number("shmget"), Key, Page, CreateForOwner);

    /// <summary>Its key, a random number.</summary>
    internal int Key { get; } = Random.Shared.Next(1, int.MaxValue);

    /// <summary>Returns 0 if the segment can be found. The call's result is not a descriptor.</summary>
    internal static int Find(ProbeTargets targets) => RawSystemCall.Invoke(Attempts.Number("shmget"), targets.SharedKey, 0, 0) is var id and < 0 ? (int)-id : 0;

    public void Dispose()
    {
        if (_id >= 0)
            _ = RawSystemCall.Invoke(Attempts.Number("shmctl"), _id, 0, 0);
    }
}
