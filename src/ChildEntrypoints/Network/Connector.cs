using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Opens a TCP connection to a host and port: resolves the name, applies the address policy and races the addresses.</summary>
internal sealed class Connector(INameResolver resolver, AddressPolicy policy, IDialer dialer)
{
    /// <summary>How long an address may stay silent before the next is tried as well (RFC 8305).</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    private static readonly IPAddress[] Localhost = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Connects.</summary>
    /// <param name="endPoint">Host as in the URL, and port.</param>
    /// <param name="publicOnly">Whether only addresses that the policy allows may be reached.</param>
    /// <param name="attempt">Receives each step; its token cancels them.</param>
    /// <exception cref="FetchFailedException">No connection could be made to any address.</exception>
    /// <param name="proxy">The proxy to connect through, or null. Only the proxy resolves the host's name; a literal address is checked here.</param>
    internal async ValueTask<TransportConnection> ConnectAsync(DnsEndPoint endPoint, bool publicOnly, SocksProxy? proxy, ConnectAttempt attempt)
    {
        if (proxy is null)
            return await ConnectAsync(endPoint, publicOnly, attempt).ConfigureAwait(false);
        if (publicOnly && (IPAddress.TryParse(endPoint.Host, out var literal) || IsThisMachine(endPoint.Host)))
            Permitted(endPoint.Host, literal is null ? Localhost : [literal]);
        var started = Stopwatch.GetTimestamp();
        TransportConnection connection;
        try
        {
            connection = await ConnectAsync(new DnsEndPoint(proxy.Host, proxy.Port), publicOnly: false, attempt).ConfigureAwait(false);
        }
        catch (FetchFailedException e)
        {
            throw proxy.Failed(e.Message.TrimEnd('.'));
        }
        try
        {
            await proxy.ConnectAsync(connection.Socket, endPoint, attempt.Token).ConfigureAwait(false);
            return connection.Through(Stopwatch.GetElapsedTime(started));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool IsThisMachine(string host)
    {
        // RFC 6761: these names mean the machine itself, whatever a name server says.
        var name = host.AsSpan().TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private async ValueTask<TransportConnection> ConnectAsync(DnsEndPoint endPoint, bool publicOnly, ConnectAttempt attempt)
    {
        var started = Stopwatch.GetTimestamp();
        var literal = IPAddress.TryParse(endPoint.Host, out var address);
        var addresses = literal ? [address!] : await ResolveAsync(endPoint.Host, attempt.Token).ConfigureAwait(false);
        if (publicOnly)
            addresses = Permitted(endPoint.Host, addresses);
        attempt.OnResolved(literal ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started));
        started = Stopwatch.GetTimestamp();
        Socket socket;
        try
        {
            socket = addresses.Length == 1
                ? await ConnectAsync(addresses[0], endPoint.Port, attempt.Token).ConfigureAwait(false)
                : await RaceAsync(Interleave(addresses), endPoint.Port, attempt.Token).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw Unreachable(endPoint, e);
        }
        var remote = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        return new TransportConnection(socket, AddressPolicy.Classify(remote).Space, attempt.NameLookup, Stopwatch.GetElapsedTime(started));
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IsThisMachine(host))
            return Localhost;
        try
        {
            var addresses = await resolver.ResolveAsync(host, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0)
                return addresses;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            var why = e is SocketException { SocketErrorCode: SocketError.TryAgain } ? "no name server answered" : "the name does not exist";
            throw new FetchFailedException(FetchErrorKind.Dns, $"The host name '{FetchUrl.Show(host)}' could not be resolved: {why}.", e);
        }
        throw new FetchFailedException(FetchErrorKind.Dns, $"The host name '{FetchUrl.Show(host)}' has no addresses.");
    }

    private IPAddress[] Permitted(string host, IPAddress[] addresses)
    {
        var permitted = new List<IPAddress>(addresses.Length);
        AddressBlock? reason = null;
        IPAddress? refused = null;
        foreach (var address in addresses)
        {
            if (policy.Allows(address, out var verdict))
            {
                permitted.Add(address);
                continue;
            }
            refused = address;
            reason = verdict.Block;
        }
        if (permitted.Count > 0)
            return permitted.Count == addresses.Length ? addresses : [.. permitted];
        var whose = refused!.ToString() == host.Trim('[', ']') ? $"The address {refused}" : $"The address {refused} of '{FetchUrl.Show(host)}'";
        throw new FetchFailedException(FetchErrorKind.Blocked,
            $"{whose} {AddressPolicy.Describe(reason!)}{AddressPolicy.NotForPages}");
    }

    // An IPv6-only socket does not reach an IPv4-mapped address.
    private Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken) =>
        dialer.ConnectAsync(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port, cancellationToken);

    /// <summary>Starts the addresses one after another, each when the one before fails or is slow; the first to connect wins.</summary>
    private async Task<Socket> RaceAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task>();
        SocketException? firstFailure = null;
        var next = 0;
        try
        {
            while (true)
            {
                if (next < addresses.Length)
                    running.Add(ConnectAsync(addresses[next++], port, race.Token));
                var headStart = next < addresses.Length ? Task.Delay(HeadStart, race.Token) : null;
                if (headStart is not null)
                    running.Add(headStart);
                var finished = await Task.WhenAny(running).ConfigureAwait(false);
                if (headStart is not null)
                    running.Remove(headStart);
                if (finished == headStart)
                    continue;
                running.Remove(finished);
                try
                {
                    return await ((Task<Socket>)finished).ConfigureAwait(false);
                }
                catch (SocketException e)
                {
                    firstFailure ??= e;
                    if (next == addresses.Length && running.Count == 0)
                        throw firstFailure;
                }
            }
        }
        finally
        {
            await race.CancelAsync().ConfigureAwait(false);
            foreach (var late in running)
                _ = late.ContinueWith(static t => ((Task<Socket>)t).GetAwaiter().GetResult().Dispose(),
                    CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    // Alternates between IPv6 and IPv4, the resolver's first address first: a dead IPv6 costs one head start.
    private static IPAddress[] Interleave(IPAddress[] addresses)
    {
        var ordered = new List<IPAddress>(addresses.Length);
        var left = new List<IPAddress>(addresses);
        while (left.Count > 0)
        {
            var index = ordered.Count == 0 ? 0 : Math.Max(0, left.FindIndex(a => a.AddressFamily != ordered[^1].AddressFamily));
            ordered.Add(left[index]);
            left.RemoveAt(index);
        }
        return [.. ordered];
    }

    private static FetchFailedException Unreachable(DnsEndPoint endPoint, SocketException e)
    {
        var target = $"{FetchUrl.Show(endPoint.Host)}:{endPoint.Port}";
        return e.SocketErrorCode switch
        {
            SocketError.AccessDenied when e is ConnectionDeniedException => new(FetchErrorKind.Blocked, $"{target} is not reached: {e.Message}", e),
            SocketError.ConnectionRefused => new(FetchErrorKind.Refused, $"{target} refused the connection: nothing listens there.", e),
            SocketError.TimedOut => new(FetchErrorKind.Unreachable, $"{target} did not answer.", e),
            SocketError.NetworkUnreachable or SocketError.NetworkDown => new(FetchErrorKind.Unreachable, $"There is no network route to {target}.", e),
            SocketError.HostUnreachable or SocketError.HostDown => new(FetchErrorKind.Unreachable, $"The host of {target} cannot be reached.", e),
            _ => new(FetchErrorKind.Unreachable, $"{target} cannot be reached: {e.Message}.", e),
        };
    }
}
