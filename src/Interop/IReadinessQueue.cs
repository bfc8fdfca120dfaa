namespace ActorBrowser.Interop;

/// <summary>A descriptor is ready: the key it was added with, and for what.</summary>
internal readonly record struct ReadyEvent(long Key, Readiness Readiness);

/// <summary>The kernel's own queue of ready descriptors, level-triggered.</summary>
internal interface IReadinessQueue
{
    void Add(int descriptor, Readiness interest, long key);

    void Change(int descriptor, Readiness interest, long key);

    void Remove(int descriptor);

    /// <summary>Blocks until something is ready.</summary>
    int Wait(Span<ReadyEvent> events);
}
