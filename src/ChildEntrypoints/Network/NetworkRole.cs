using System.Runtime.CompilerServices;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>The network role: HTTP for the parent, many fetches at once, answered in any order under their own ids.</summary>
internal sealed class NetworkRole : IChildRole
{
    private ChildContext? _context;
    private NetworkArgs _args;
    private object? _engine;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        _args = NetworkArgs.FromBytes(roleArgs);
        // Blocks and certificates may be wrong: then the child says so now, not at its first fetch.
        if (_args.AllowedPrivateNetworks.Count > 0 || _args.TrustedCertificates.Length > 0)
            _engine = CreateEngine();
    }

    /// <inheritdoc/>
    public ProtocolViolation? OnFrame(in Frame frame) => Forward(frame);

    /// <inheritdoc/>
    public void OnShutdown()
    {
        if (_engine is not null)
            StopEngine();
    }

    // The engine is named in methods of their own only, so that HTTP is loaded by the first fetch and not on the way
    // to Ready.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ProtocolViolation? Forward(in Frame frame) => ((FetchEngine)(_engine ??= CreateEngine())).OnFrame(frame);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private FetchEngine CreateEngine()
    {
        // An HTTP/2 server may send this much ahead of a slow reader, each stream; the default lets it grow to 16 MiB.
        AppContext.SetData("System.Net.SocketsHttpHandler.Http2FlowControl.MaxStreamWindowSize", 1 << 20);
        return new FetchEngine(_args, new ChannelOutput(_context!), new SystemNameResolver(), _context!.Slots);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StopEngine() => ((FetchEngine)_engine!).Stop();

    private sealed class ChannelOutput(ChildContext context) : IFetchOutput
    {
        public WriteOutcome Write<T>(ulong fetch, in T message) where T : struct, IWireMessage<T> => context.TryWrite(fetch, message);

        public void Flush() => context.Flush();
    }
}
