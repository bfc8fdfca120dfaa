using System.Net;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Turns host names into addresses; tests replace it.</summary>
internal interface INameResolver
{
    /// <summary>Resolves a name.</summary>
    /// <param name="host">A name, never an address literal.</param>
    /// <param name="cancellationToken">Stops the wait, not necessarily the lookup.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The name could not be resolved.</exception>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>The system's resolver.</summary>
/// <remarks>
/// getaddrinfo blocks for many seconds when a name server is silent. It runs on a few dedicated threads, so that slow
/// lookups do not use up the thread pool that other fetches need.
/// </remarks>
internal sealed class SystemNameResolver : INameResolver
{
    private const int MaxLookups = 16;

    private readonly SemaphoreSlim _slots = new(MaxLookups);

    /// <inheritdoc/>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        var lookup = Task.Factory.StartNew(() => LookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await lookup.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private IPAddress[] LookUp(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host);
        }
        finally
        {
            _slots.Release();
        }
    }
}
