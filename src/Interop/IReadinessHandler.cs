namespace ActorBrowser.Interop;

/// <summary>Events that a descriptor is ready for, or is watched for.</summary>
[Flags]
internal enum Readiness
{
    /// <summary>None: the descriptor stays registered, but reports no event.</summary>
    None = 0,

    /// <summary>Data, end of stream, or (for a pidfd) the process's exit.</summary>
    Readable = 1,

    /// <summary>Room to write.</summary>
    Writable = 2,

    /// <summary>Error or hang-up; always reported.</summary>
    HangUp = 4,
}

/// <summary>
/// Called on the reactor's thread when a descriptor is ready, and again while the condition lasts (level-triggered).
/// Must not block and must not throw: the thread serves every descriptor of the process.
/// </summary>
internal interface IReadinessHandler
{
    /// <summary>The descriptor is ready.</summary>
    /// <param name="readiness">The events.</param>
    void OnReady(Readiness readiness);
}
