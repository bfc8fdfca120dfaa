using System.Runtime.CompilerServices;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>Runs a typed role: its handlers run on the thread pool, and the channel's thread stays free.</summary>
internal sealed class TypedRole : IFrameRole
{
    private readonly RoleDefinition _definition;
    private RoleHost? _host;

    /// <summary>Creates a role that has not started.</summary>
    /// <param name="definition">The embedder's.</param>
    internal TypedRole(RoleDefinition definition)
    {
        _definition = definition;
        // A native child's filter (no-new-code) prevents it from loading a library later.
        if (!RuntimeFeature.IsDynamicCodeSupported)
            RoleCodec.LoadLibraries();
    }

    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) =>
        _host = new RoleHost(_definition, context.Channel, roleArgs) { OnOutOfMemory = static () => CurrentProcess.ExitNow(ChildExitCodes.OutOfMemory) };

    public ProtocolViolation? OnFrame(in Frame frame) => _host!.OnFrame(frame);

    public void OnShutdown() => _host?.CancelAll();
}
