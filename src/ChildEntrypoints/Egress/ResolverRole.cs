using System.Net.Sockets;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>The resolver: the C library resolves names here, several at a time.</summary>
internal sealed class ResolverRole : IFrameRole
{
    private readonly SystemNameResolver _resolver = new();
    private ChildContext? _context;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs) => _context = context;

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame)
    {
        if (frame.Type != MessageType.ResolveName)
            return new ProtocolViolation(ViolationKind.UnknownMessage, $"The resolver knows no message of type {frame.Type}.");
        if (frame.TryRead<ResolveName>(out var name) is { } malformed)
            return malformed;
        _ = ResolveAsync(frame.CorrelationId, name.Host);
        return null;
    }

    /// <inheritdoc/>
    public void OnShutdown()
    {
    }

    private async Task ResolveAsync(ulong id, string host)
    {
        NameResolved answer;
        try
        {
            var addresses = await _resolver.ResolveAsync(host, CancellationToken.None).ConfigureAwait(false);
            answer = addresses.Length == 0 ? new NameResolved([], "it has no address") : new NameResolved([.. addresses.Take(NameResolved.MostAddresses)], "");
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            answer = new NameResolved([], e is SocketException { SocketErrorCode: SocketError.TryAgain } ? "no name server answered" : "the name does not exist");
        }
        _context!.Write(id, answer);
        _context.RequestFlush();
    }
}
