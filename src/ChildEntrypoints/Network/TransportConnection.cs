using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// A TCP connection that knows its remote address and reports to the fetch whose request it carries. .NET does not say which
/// connection responded; over HTTP/1.1 the connection finds the fetch in the execution context of the write.
/// </summary>
internal sealed class TransportConnection : NetworkStream
{
    private Http2Connections? _registered;
    private string _origin = "";
    private bool _established;
    private bool _proxied;
    private int _closed;
    private int _claimed;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">The connection takes ownership of it.</param>
    /// <param name="space">The kind of its remote address.</param>
    /// <param name="nameLookup">The duration of the name lookup.</param>
    /// <param name="connect">The duration of the TCP connect.</param>
    internal TransportConnection(Socket socket, AddressSpace space, TimeSpan nameLookup, TimeSpan connect) : base(socket, ownsSocket: true)
    {
        Remote = (IPEndPoint)socket.RemoteEndPoint!;
        Space = space;
        NameLookup = nameLookup;
        Connect = connect;
        ConnectedAt = Stopwatch.GetTimestamp();
    }

    internal IPEndPoint Remote { get; }

    /// <summary>Address and port as text, built once for the many responses of one connection.</summary>
    internal string RemoteText => field ??= _proxied ? "" : Remote.ToString();

    internal AddressSpace Space { get; private set; }

    internal TimeSpan NameLookup { get; private set; }

    internal TimeSpan Connect { get; private set; }

    /// <summary>When TCP was connected, in <see cref="Stopwatch"/> ticks.</summary>
    internal long ConnectedAt { get; }

    /// <summary>The duration of the TLS handshake; 0 without TLS.</summary>
    internal TimeSpan Tls { get; set; }

    /// <summary>Whether many requests share the connection.</summary>
    internal bool IsHttp2 => _registered is not null;

    /// <summary>Notes that the connection goes through a proxy: only the proxy knows the remote address.</summary>
    /// <param name="connect">The duration of the connect, including the proxy's.</param>
    internal TransportConnection Through(TimeSpan connect)
    {
        _proxied = true;
        // The address is unknown, so it is treated as public, which has the fewest rights.
        Space = AddressSpace.Public;
        NameLookup = TimeSpan.Zero;
        Connect = connect;
        return this;
    }

    /// <summary>True for the first caller only: the fetch for which the connection was opened reports its times.</summary>
    internal bool ClaimTimes() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <summary>Whether the connection has carried a response.</summary>
    internal bool HasAnswered { get; private set; }

    /// <summary>Whether the last response has arrived: no other request may be written.</summary>
    internal bool IsOver { get; private set; }

    internal void OnAnswered(bool isLast)
    {
        HasAnswered = true;
        IsOver |= isLast;
    }

    /// <summary>Marks the end of the handshake: all later writes are requests.</summary>
    internal void OnEstablished() => _established = true;

    /// <summary>Registers the connection for an origin until it is closed.</summary>
    internal void Register(Http2Connections connections, string origin)
    {
        _origin = origin;
        _registered = connections;
        connections.Add(origin, this);
        // If it was closed meanwhile, Dispose may have run before Add: remove it here.
        if (Volatile.Read(ref _closed) != 0)
            connections.Remove(origin, this);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_established && !IsHttp2)
            RequestSender.Current?.OnSentOver(this);
        if (IsOver)
            return ValueTask.FromException(new ConnectionOverException());
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
/// The open HTTP/2 connections by origin: one per origin, or two while a new one replaces a closing one. Of two, the less public one
/// counts as the one that responded, so that a response never appears more public than it is.
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
