using Microsoft.AspNetCore.Connections;

namespace ActorBrowser.Dashboard;

/// <summary>
/// The connections of a server whose clients have not shown its token yet. One more than allowed ends the oldest: a program without the token
/// cannot keep out one that has it. Thread-safe.
/// </summary>
/// <param name="most">How many there may be.</param>
internal sealed class UnknownClients(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Client> _clients = [];

    /// <summary>Serves a connection, as Kestrel's middleware.</summary>
    internal async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var client = new Client(this, connection);
        connection.Features.Set(client);
        Add(client)?.Connection.Abort(new ConnectionAbortedException("Too many connections have shown no token."));
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            client.Remove();
        }
    }

    // Returns the one that ends for it.
    private Client? Add(Client client)
    {
        lock (_lock)
        {
            client.Place = _clients.AddLast(client);
            if (_clients.Count <= most)
                return null;
            var oldest = _clients.First!.Value;
            oldest.Remove();
            return oldest;
        }
    }

    /// <summary>A connection of a client that may show the token.</summary>
    internal sealed class Client(UnknownClients all, ConnectionContext connection)
    {
        internal ConnectionContext Connection => connection;

        internal LinkedListNode<Client>? Place { get; set; }

        /// <summary>It has shown the token, or is gone: no other connection ends it.</summary>
        internal void Remove()
        {
            lock (all._lock)
            {
                if (Place is not { } place)
                    return;
                all._clients.Remove(place);
                Place = null;
            }
        }
    }
}
