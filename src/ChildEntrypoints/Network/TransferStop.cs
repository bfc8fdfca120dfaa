namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Ends a transfer early. Only the first reason counts.</summary>
internal sealed class TransferStop
{
    private readonly CancellationTokenSource _source = new();
    private FetchFailure? _reason;

    /// <summary>Why the transfer must end; null if it continues.</summary>
    internal FetchFailure? Reason => Volatile.Read(ref _reason);

    /// <summary>Cancelled by <see cref="Cancel"/>.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Sets the reason, unless there is one.</summary>
    /// <returns>Whether this reason is the first; the caller must then have <see cref="Cancel"/> called.</returns>
    internal bool TrySet(FetchFailure reason) => Interlocked.CompareExchange(ref _reason, reason, null) is null;

    /// <summary>Cancels the transfer's waits. Closes sockets and runs continuations, so it must not run on the channel's thread.</summary>
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
