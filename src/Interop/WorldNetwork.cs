namespace ActorBrowser.Interop;

/// <summary>What a listening socket in a separate network is for.</summary>
internal enum ListenerKind
{
    /// <summary>Programs that know a proxy connect to it.</summary>
    Proxy = 1,

    /// <summary>Name queries as datagrams.</summary>
    Names = 2,

    /// <summary>Name queries over TCP.</summary>
    NameStreams = 3,

    /// <summary>Programs that know no proxy connect to this port of any address.</summary>
    Port = 4,
}

/// <summary>A listening socket in a separate network, made before the program there started.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Port">Its port.</param>
/// <param name="Socket">Non-blocking; the receiver owns it.</param>
internal readonly record struct NetworkListener(ListenerKind Kind, int Port, SafeDescriptor Socket);

/// <summary>
/// A separate network in which every address is the process's own, with listening sockets that the spawning process gets: whatever a
/// program there connects to, it reaches one of them or nothing. Needs a namespace for the network.
/// </summary>
/// <param name="ports">The ports that programs without a proxy may connect to.</param>
internal sealed class WorldNetwork(IReadOnlyList<int> ports)
{
    /// <summary>The port of the proxy.</summary>
    internal const int ProxyPort = 3128;

    /// <summary>The port of name queries.</summary>
    internal const int NamePort = 53;

    private readonly List<NetworkListener> _listeners = [];

    /// <summary>The sockets to make.</summary>
    internal IEnumerable<(ListenerKind Kind, int Port)> Wanted =>
    [
        (ListenerKind.Proxy, ProxyPort), (ListenerKind.Names, NamePort), (ListenerKind.NameStreams, NamePort),
        .. ports.Where(static port => port is not (ProxyPort or NamePort)).Distinct().Select(static port => (ListenerKind.Port, port)),
    ];

    internal void Add(in NetworkListener listener) => _listeners.Add(listener);

    /// <summary>Returns the sockets, which the caller owns from now on.</summary>
    internal NetworkListener[] Take()
    {
        NetworkListener[] taken = [.. _listeners];
        _listeners.Clear();
        return taken;
    }
}
