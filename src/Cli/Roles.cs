using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>The roles that this program can run as a child: the built-in roles, and one that misbehaves for the demo.</summary>
internal static class Roles
{
    /// <summary>The demo's child that stops answering.</summary>
    internal const string Unresponsive = "demo-unresponsive";

    internal static ChildRoles All { get; } = ChildRoles.BuiltIn.WithFrames(Unresponsive, static () => new UnresponsiveRole());

    /// <summary>The roles that a user may name.</summary>
    internal static IReadOnlyList<string> Names => [ImageDecoderContract.Name, NetworkContract.Name, RendererContract.Name];

    /// <summary>Becomes ready; its first message makes it block its channel's thread forever.</summary>
    private sealed class UnresponsiveRole : IFrameRole
    {
        public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
        {
        }

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            using var never = new ManualResetEventSlim();
            never.Wait(Timeout.Infinite);
            return null;
        }

        public void OnShutdown()
        {
        }
    }
}
