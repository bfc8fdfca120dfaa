using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>Runs an embedder's role: passes it its messages, and ends the child at any other frame.</summary>
/// <param name="role">The embedder's.</param>
internal sealed class EmbedderRole(IChildRole role) : IFrameRole
{
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) => role.OnStart(context, roleArgs);

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (frame.TryRead<RoleMessage>(out var message) is { } malformed)
            return malformed;
        role.OnMessage(frame.CorrelationId, message);
        return null;
    }

    public void OnShutdown() => role.OnShutdown();

    public void OnParentGone() => role.OnParentGone();
}
