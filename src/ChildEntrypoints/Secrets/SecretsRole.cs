using System.Runtime.CompilerServices;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Secrets;

/// <summary>
/// Carries the connections of one command's programs to the hosts that its secrets are for. Programs have placeholders; the values are
/// in this process and its parent, and nowhere in the command's world.
/// </summary>
internal sealed class SecretsRole : IFrameRole
{
    private object? _tunnels;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Secrets need a named egress, which needs Linux.");
        Begin(context, SecretsContract.ReadArgs(roleArgs));
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (frame.Type == MessageType.SecretNoted)
        {
            if (frame.TryRead<SecretNoted>(out _) is { } unread)
                return unread;
            Note(frame.CorrelationId);
            return null;
        }
        if (frame.Type != MessageType.SecretConnection)
            return new ProtocolViolation(ViolationKind.UnknownMessage, $"The secrets child knows no message of type {frame.Type}.");
        if (frame.TryRead<SecretConnection>(out var connection) is { } malformed)
            return malformed;
        var sockets = frame.TakeDescriptors();
        return Carry(frame.CorrelationId, connection, sockets[0], sockets[1]);
    }

    // Only the methods below name the code that loads TLS.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Begin(ChildContext context, in SecretsArgs args) => _tunnels = new SecretTunnels(context, args);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ProtocolViolation? Carry(ulong id, in SecretConnection connection, SafeDescriptor program, SafeDescriptor host) =>
        ((SecretTunnels)_tunnels!).Carry(id, connection, program, host);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Note(ulong id) => ((SecretTunnels)_tunnels!).OnNoted(id);
}
