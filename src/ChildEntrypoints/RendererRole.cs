using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// The renderer: for now it answers pings and obeys the shutdown, both of which the loop does for every role. It is the
/// template: take the configuration, refuse what is not the role's business, leave nothing to finish at the end.
/// </summary>
public sealed class RendererRole : IChildRole
{
    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame) =>
        new(ViolationKind.UnknownMessage, $"The renderer knows no message of type {frame.Type}.");

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }
}
