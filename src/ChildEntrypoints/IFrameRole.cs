using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// The work of a child process, by frames. The channel's thread makes every call, one at a time. A call must not block: while it
/// runs, the child answers no ping and does not notice that its parent is gone.
/// </summary>
internal interface IFrameRole
{
    /// <summary>Starts the role with its configuration; <c>Ready</c> is sent when this returns.</summary>
    /// <param name="context">Sends messages to the parent.</param>
    /// <param name="roleArgs">The role's configuration; valid only during the call.</param>
    void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs);

    /// <summary>Handles a frame, other than pings and the shutdown.</summary>
    /// <param name="frame">Valid only during the call.</param>
    /// <returns>Null, or the violation by the parent: the child then exits.</returns>
    ProtocolViolation? OnFrame(in Frame frame);

    /// <summary>Shuts the role down. When this returns, the written messages are sent and the process exits with code 0.</summary>
    void OnShutdown()
    {
    }

    /// <summary>The channel has ended. The process exits when this returns, which must happen within a second. For roles that started other processes.</summary>
    void OnParentGone()
    {
    }
}
