using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// One connection while it is being opened, and the deadline for name lookup, TCP and TLS together. The fetch that started it may
/// meanwhile be served by another connection; the attempt then continues for the next fetch.
/// </summary>
internal sealed class ConnectAttempt : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop;
    private readonly Timer? _deadline;
    private readonly int _timeout;
    private readonly string _target;
    private string _stage = "name lookup";
    private TransportConnection? _connection;
    private bool _over;

    /// <summary>Starts the clock.</summary>
    /// <param name="target">Host and port, for error messages.</param>
    /// <param name="timeout">Milliseconds; 0 for none.</param>
    /// <param name="cancellationToken">The HTTP handler's token.</param>
    internal ConnectAttempt(string target, int timeout, CancellationToken cancellationToken)
    {
        _target = target;
        _timeout = timeout;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (timeout > 0)
            _deadline = new Timer(static attempt => ((ConnectAttempt)attempt!).OnDeadline(), this, timeout, Timeout.Infinite);
    }

    /// <summary>Cancels the name lookup and the TCP connect.</summary>
    internal CancellationToken Token => _stop.Token;

    /// <summary>Why this side gave up the attempt; null if it did not.</summary>
    internal FetchFailure? Failure { get; private set; }

    /// <summary>How long the name lookup took.</summary>
    internal TimeSpan NameLookup { get; private set; }

    internal void OnResolved(TimeSpan took)
    {
        NameLookup = took;
        _stage = "TCP connect";
    }

    /// <summary>TCP is connected; TLS follows if the URL is https.</summary>
    internal void OnConnected(TransportConnection connection)
    {
        lock (_lock)
        {
            _stage = "TLS handshake";
            _connection = connection;
            if (!_over)
                return;
        }
        connection.Dispose();
    }

    /// <summary>The connection is ready for requests.</summary>
    internal TransportConnection? OnEstablished()
    {
        Dispose();
        _connection?.OnEstablished();
        return _connection;
    }

    /// <summary>The fetch that wanted the connection is over: stops the attempt, unless the connection is established.</summary>
    internal void Abandon() => Stop(new FetchFailure(FetchErrorKind.Cancelled, $"The connection to {_target} was given up."));

    /// <summary>Stops the clock; the connection stays.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            // Already stopped: Stop may be cancelling the token at this moment.
            if (_over)
                return;
            _over = true;
        }
        _deadline?.Dispose();
        _stop.Dispose();
    }

    private void OnDeadline() => Stop(new FetchFailure(FetchErrorKind.Timeout,
        $"The connection to {_target} was not established within the connect timeout of {_timeout} ms ({_stage} was not finished)."));

    private void Stop(FetchFailure failure)
    {
        TransportConnection? connection;
        lock (_lock)
        {
            if (_over)
                return;
            _over = true;
            Failure = failure;
            connection = _connection;
        }
        _deadline?.Dispose();
        _stop.Cancel();
        connection?.Dispose();
    }
}
