using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// A TCP connection that knows whom it reaches and tells the fetch whose request it carries. HTTP itself does not say
/// which connection answered; over HTTP/1.1 the request is written in the fetch's own execution context, which does.
/// </summary>
internal sealed class TransportConnection : NetworkStream
{
    private Http2Connections? _registered;
    private string _origin = "";
    private bool _established;
    private bool _proxied;
    private int _closed;
    private int _claimed;

    /// <summary>Takes a connected socket.</summary>
    /// <param name="socket">Ownership passes.</param>
    /// <param name="space">What kind of address it reaches.</param>
    /// <param name="nameLookup">Microseconds.</param>
    /// <param name="connect">Microseconds.</param>
    internal TransportConnection(Socket socket, AddressSpace space, long nameLookup, long connect) : base(socket, ownsSocket: true)
    {
        Remote = (IPEndPoint)socket.RemoteEndPoint!;
        Space = space;
        NameLookup = nameLookup;
        Connect = connect;
        ConnectedAt = Stopwatch.GetTimestamp();
    }

    internal IPEndPoint Remote { get; }

    /// <summary>Address and port as text, made once for the many answers of one connection.</summary>
    internal string RemoteText => field ??= _proxied ? "" : Remote.ToString();

    internal AddressSpace Space { get; private set; }

    internal long NameLookup { get; private set; }

    internal long Connect { get; private set; }

    /// <summary>When TCP was connected, in <see cref="Stopwatch"/> ticks.</summary>
    internal long ConnectedAt { get; }

    /// <summary>Microseconds; 0 without TLS.</summary>
    internal long Tls { get; set; }

    /// <summary>Whether many requests share the connection.</summary>
    internal bool IsHttp2 => _registered is not null;

    /// <summary>The proxy at the other end has connected it to somewhere: where that is, only the proxy knows.</summary>
    /// <param name="connect">Microseconds, the proxy's own connecting included.</param>
    internal TransportConnection Through(long connect)
    {
        _proxied = true;
        // What may be anywhere is treated as what may reach the least.
        Space = AddressSpace.Public;
        NameLookup = 0;
        Connect = connect;
        return this;
    }

    /// <summary>True for the first caller: the connection was opened for its sake and its times are that fetch's.</summary>
    internal bool ClaimTimes() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <summary>Whether it has carried an answer before.</summary>
    internal bool HasAnswered { get; private set; }

    /// <summary>Whether its last answer has come: another request must not be written to it.</summary>
    internal bool IsOver { get; private set; }

    internal void OnAnswered(bool isLast)
    {
        HasAnswered = true;
        IsOver |= isLast;
    }

    /// <summary>What is written from now on are requests; before, it was the handshake.</summary>
    internal void OnEstablished() => _established = true;

    /// <summary>Lists the connection as one that may answer for an origin, until it is closed.</summary>
    internal void Register(Http2Connections connections, string origin)
    {
        _origin = origin;
        _registered = connections;
        connections.Add(origin, this);
        // Closed meanwhile: whoever comes second removes.
        if (Volatile.Read(ref _closed) != 0)
            connections.Remove(origin, this);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_established && !IsHttp2)
            Fetch.Current?.OnSentOver(this);
        if (IsOver)
            return ValueTask.FromException(new IOException("The server ended the connection with its last answer."));
        return base.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            _registered?.Remove(_origin, this);
        base.Dispose(disposing);
    }
}

/// <summary>
/// The open HTTP/2 connections by origin. There is one an origin, save while a closing one is being replaced: then the
/// least public of them is taken for the one that answered, so that an answer never looks more public than it is.
/// </summary>
internal sealed class Http2Connections
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<TransportConnection>> _open = new(StringComparer.Ordinal);

    internal void Add(string origin, TransportConnection connection)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(origin, out var connections))
                _open.Add(origin, connections = []);
            connections.Add(connection);
        }
    }

    internal void Remove(string origin, TransportConnection connection)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(origin, out var connections) && connections.Remove(connection) && connections.Count == 0)
                _open.Remove(origin);
        }
    }

    internal TransportConnection? Find(string origin)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(origin, out var connections))
                return null;
            var found = connections[^1];
            for (var i = connections.Count - 2; i >= 0; i--)
                if (connections[i].Space > found.Space)
                    found = connections[i];
            return found;
        }
    }
}
