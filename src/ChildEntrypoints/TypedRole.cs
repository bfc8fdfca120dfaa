using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>Runs a typed role: its handlers run on the thread pool, or, if they are short, on the channel's thread, which another relieves.</summary>
/// <param name="definition">The embedder's.</param>
internal sealed class TypedRole(RoleDefinition definition) : IFrameRole
{
    private RoleHost? _host;

    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) =>
        _host = new RoleHost(definition, context.Channel, roleArgs, context.Traces) { OnOutOfMemory = static () => CurrentProcess.ExitNow(ChildExitCodes.OutOfMemory) };

    public ProtocolViolation? OnFrame(in Frame frame) => _host!.OnFrame(frame);

    public void OnShutdown() => _host?.CancelAll();
}
