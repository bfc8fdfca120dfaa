using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>What this program can be as a child: the built-in roles, and one that the demo needs to misbehave.</summary>
internal static class Roles
{
    /// <summary>The demo's child that stops answering.</summary>
    internal const string Unresponsive = "demo-unresponsive";

    internal static ChildRoles All { get; } = ChildRoles.BuiltIn.With(Unresponsive, static () => new UnresponsiveRole());

    /// <summary>The roles a person may ask for.</summary>
    internal static IReadOnlyList<string> Names => [ImageDecoderContract.Name, NetworkContract.Name, RendererContract.Name];

    /// <summary>Ready at first; the first message makes it block its channel's thread for good.</summary>
    private sealed class UnresponsiveRole : IChildRole
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
