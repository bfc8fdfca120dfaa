using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// What a child does. Every call comes from the channel's thread, one at a time, and must not block: while it runs, no
/// ping is answered, and the end of the parent is not seen.
/// </summary>
public interface IChildRole
{
    /// <summary>The configuration has arrived; <c>Ready</c> is sent when this returns.</summary>
    /// <param name="context">How the role talks to its parent.</param>
    /// <param name="roleArgs">The role's configuration; valid only during the call.</param>
    void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs);

    /// <summary>A frame that is the role's business (pings and shutdown are not).</summary>
    /// <param name="frame">On loan for the call.</param>
    /// <returns>Null, or the rule the parent broke: the child then exits.</returns>
    ProtocolViolation? OnFrame(in Frame frame);

    /// <summary>The process exits with code 0 when this returns; what has been written is sent first.</summary>
    void OnShutdown();

    /// <summary>The channel is at its end; the process exits when this returns, which it must within a second. For roles that leave more than a process behind.</summary>
    void OnParentGone()
    {
    }
}
