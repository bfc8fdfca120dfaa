namespace ActorBrowser.Interop;

/// <summary>A descriptor that is ready: the key it was added with, and the events.</summary>
internal readonly record struct ReadyEvent(long Key, Readiness Readiness);

/// <summary>The kernel's queue of ready descriptors, level-triggered.</summary>
internal interface IReadinessQueue
{
    void Add(int descriptor, Readiness interest, long key);

    void Change(int descriptor, Readiness interest, long key);

    void Remove(int descriptor);

    /// <summary>Blocks until a descriptor is ready.</summary>
    int Wait(Span<ReadyEvent> events);
}
