using System.Runtime.CompilerServices;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>The network role: runs the parent's HTTP fetches, many at once, over sockets that the parent connects, and answers them by id in any order.</summary>
internal sealed class NetworkRole : IFrameRole
{
    private ChildContext? _context;
    private NetworkArgs _args;
    private object? _engine;
    private object? _network;

    /// <inheritdoc/>
    public void OnStart(ChildContext context, ReadOnlyMemory<byte> roleArgs)
    {
        _context = context;
        _args = NetworkArgs.FromBytes(roleArgs);
        // Create the engine now if there are blocks or certificates to check, so that a mistake in them is reported at the start.
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

    // Only the methods below name the engine, so that the HTTP code is loaded by the first fetch and not at the start.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ProtocolViolation? Forward(in Frame frame) =>
        _network is ParentNetwork network && network.TryTake(frame, out var violation) ? violation : ((FetchEngine)(_engine ??= CreateEngine())).OnFrame(frame);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private FetchEngine CreateEngine()
    {
        // The most that an HTTP/2 server may send ahead of a slow reader on one stream; .NET's default is 16 MiB.
        AppContext.SetData("System.Net.SocketsHttpHandler.Http2FlowControl.MaxStreamWindowSize", 1 << 20);
        // Only a Linux parent can send a socket; elsewhere this process connects itself.
        if (!OperatingSystem.IsLinux())
            return new FetchEngine(_args, new ChannelOutput(_context!), new SystemNameResolver(), _context!.Slots);
        var network = new ParentNetwork(_context!);
        _network = network;
        return new FetchEngine(_args, new ChannelOutput(_context!), network, _context!.Slots, network);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StopEngine() => ((FetchEngine)_engine!).Stop();

    private sealed class ChannelOutput(ChildContext context) : IFetchOutput
    {
        public WriteOutcome Write<T>(ulong fetch, in T message) where T : struct, IWireMessage<T> => context.TryWrite(fetch, message);

        public ChildTrace? TraceOf(ulong fetch) => context.Traces.Of(fetch);

        public void Flush() => context.Flush();
    }
}
