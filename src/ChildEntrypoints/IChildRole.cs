using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// The work of an embedder's child process. The channel's thread makes every call, one at a time. A call must not block: while it
/// runs, the child answers no ping and does not notice that its parent is gone.
/// </summary>
public interface IChildRole
{
    /// <summary>Starts the role with its configuration; the child is ready when this returns.</summary>
    /// <param name="context">Sends messages to the parent.</param>
    /// <param name="roleArgs">The role's configuration; valid only during the call.</param>
    void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs);

    /// <summary>Handles a message. The answer may be written during the call or later, on any thread.</summary>
    /// <param name="id">Names the message in its answer.</param>
    /// <param name="message">Its payload is valid only during the call.</param>
    /// <exception cref="Exception">Any exception ends the process with code 70.</exception>
    void OnMessage(ulong id, RoleMessage message);

    /// <summary>Shuts the role down. When this returns, the written messages are sent and the process exits with code 0.</summary>
    void OnShutdown()
    {
    }

    /// <summary>The channel has ended. The process exits when this returns, which must happen within a second. For roles that started other processes.</summary>
    void OnParentGone()
    {
    }
}
