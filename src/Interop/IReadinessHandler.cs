namespace ActorBrowser.Interop;

/// <summary>What a descriptor is ready for, or is watched for.</summary>
[Flags]
internal enum Readiness
{
    /// <summary>Nothing: stay registered, be told nothing.</summary>
    None = 0,

    /// <summary>Data, end of stream, or (for a pidfd) the process's exit.</summary>
    Readable = 1,

    /// <summary>Room to write.</summary>
    Writable = 2,

    /// <summary>Error or hang-up; reported whether asked for or not.</summary>
    HangUp = 4,
}

/// <summary>
/// Told on the reactor's thread that a descriptor is ready. Level-triggered: it is told again while the condition
/// lasts. Must not block and must not throw: the thread serves every descriptor of the process.
/// </summary>
internal interface IReadinessHandler
{
    /// <summary>The descriptor is ready.</summary>
    /// <param name="readiness">For what.</param>
    void OnReady(Readiness readiness);
}
