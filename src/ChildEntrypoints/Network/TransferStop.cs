namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Ends a transfer early, for the first reason that is given.</summary>
internal sealed class TransferStop
{
    private readonly CancellationTokenSource _source = new();
    private FetchFailure? _reason;

    /// <summary>Why the transfer is to end; null while it is not.</summary>
    internal FetchFailure? Reason => Volatile.Read(ref _reason);

    /// <summary>Cancelled by <see cref="Cancel"/>.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Gives a reason.</summary>
    /// <returns>Whether it is the first; then the caller has <see cref="Cancel"/> called.</returns>
    internal bool TrySet(FetchFailure reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;

    /// <summary>Cancels what waits. Closes sockets and runs continuations, so it is not for the channel's thread.</summary>
    internal void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (AggregateException)
        {
            // Callbacks of the HTTP stack failed while closing; the token is cancelled all the same and ends the transfer.
        }
    }
}
