using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>
/// The egress: reads what the programs of one command's world send (HTTP to a proxy, SOCKS5, TCP, name queries), asks the parent for a
/// connection, and passes bytes between the program and the socket that the parent sends. One thread serves all connections.
/// </summary>
internal sealed class EgressRole : IFrameRole
{
    private EgressDesk? _desk;
    private EgressClients? _clients;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("A named egress needs Linux.");
        var sources = new EgressSources();
        _desk = new EgressDesk(context);
        _clients = new EgressClients(sources, _desk, EgressContract.ReadArgs(roleArgs));
        context.Watch(sources.Queue.Descriptor, () =>
        {
            sources.Turn();
            context.Flush();
        });
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        switch (frame.Type)
        {
            case MessageType.EgressListen:
                if (frame.TryRead<EgressListen>(out var listen) is { } unheard)
                    return unheard;
                _clients!.Listen(listen, frame.TakeDescriptors()[0]);
                return null;
            case MessageType.EgressConnected:
                if (frame.TryRead<EgressConnected>(out _) is { } unread)
                    return unread;
                _desk!.OnConnected(frame.CorrelationId, frame.TakeDescriptors() is [var socket] ? socket : null);
                return null;
            case MessageType.EgressRefused:
                if (frame.TryRead<EgressRefused>(out var refused) is { } malformed)
                    return malformed;
                _desk!.OnRefused(frame.CorrelationId, refused);
                return null;
            default:
                return new ProtocolViolation(ViolationKind.UnknownMessage, $"The egress knows no message of type {frame.Type}.");
        }
    }

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }
}
