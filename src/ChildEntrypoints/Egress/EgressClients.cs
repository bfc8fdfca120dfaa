using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>The connections of the programs, and the listening sockets that accept them. With as many as are allowed, no more are accepted: the others wait in the kernel's queue.</summary>
internal sealed class EgressClients : IEgressSource
{
    internal static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private const int MostAtOnce = 64;

    private readonly Dictionary<EgressWatch, EgressListen> _listeners = [];
    private readonly HashSet<EgressClient> _clients = [];
    private readonly HashSet<NameStream> _streams = [];
    private readonly SyntheticNames _names = new();
    private readonly NameServer _server;
    private readonly TickTimer _ticks;
    private bool _accepting = true;

    internal EgressClients(EgressSources sources, EgressDesk desk, in EgressArgs args)
    {
        (Sources, Desk, Args) = (sources, desk, args);
        _server = new NameServer(desk, _names, args.NamesAtOnce);
        _ticks = new TickTimer(TimeSpan.FromSeconds(1));
        sources.Add(_ticks.Descriptor, this).Interest = Readiness.Readable;
    }

    internal EgressSources Sources { get; }

    internal EgressDesk Desk { get; }

    internal EgressArgs Args { get; }

    private int Count => _clients.Count + _streams.Count;

    internal void Listen(in EgressListen listen, SafeDescriptor socket)
    {
        if (listen.Kind == (int)ListenerKind.Names)
        {
            _ = new NameDatagrams(Sources, socket, _server);
            return;
        }
        var watch = Sources.Add(socket, this);
        _listeners.Add(watch, listen);
        watch.Interest = _accepting ? Readiness.Readable : Readiness.None;
    }

    public void OnReady(EgressWatch watch, Readiness readiness)
    {
        if (!_listeners.TryGetValue(watch, out var listen))
        {
            OnTick();
            return;
        }
        for (var i = 0; i < MostAtOnce && Count < Args.MaxConnections; i++)
        {
            var errno = InternetSocket.Accept(watch.Descriptor, out var connection);
            if (connection is null)
            {
                // Without a free descriptor the listening sockets would stay ready; the next tick tries again.
                if (errno is Errno.TooMany or Errno.TooManyInSystem)
                    Accept(false);
                break;
            }
            Add(listen, connection);
        }
        if (Count >= Args.MaxConnections)
            Accept(false);
        _ticks.Run(Count > 0 || !_accepting);
    }

    internal void OnClosed(EgressClient client)
    {
        _clients.Remove(client);
        if (Count < Args.MaxConnections)
            Accept(true);
    }

    internal void OnClosed(NameStream stream) => _streams.Remove(stream);

    private void Add(in EgressListen listen, SafeDescriptor connection)
    {
        switch ((ListenerKind)listen.Kind)
        {
            case ListenerKind.Proxy:
                _clients.Add(new EgressClient(this, connection, null));
                break;
            case ListenerKind.NameStreams:
                _streams.Add(new NameStream(this, connection, _server));
                break;
            default:
                if (InternetSocket.LocalAddress(connection) is { } address && _names.HostOf(address) is { } host)
                    _clients.Add(new EgressClient(this, connection, (host, listen.Port)));
                else
                    InternetSocket.Reset(connection);
                break;
        }
    }

    private void Accept(bool accept)
    {
        if (accept == _accepting)
            return;
        _accepting = accept;
        foreach (var listener in _listeners.Keys)
            listener.Interest = accept ? Readiness.Readable : Readiness.None;
    }

    private void OnTick()
    {
        _ticks.Clear();
        var now = Environment.TickCount64;
        foreach (var client in _clients.Where(client => client.Deadline <= now).ToArray())
            client.OnOverdue();
        foreach (var stream in _streams.Where(stream => stream.Deadline <= now).ToArray())
            stream.Close();
        if (Count < Args.MaxConnections)
            Accept(true);
        _ticks.Run(Count > 0);
    }
}
