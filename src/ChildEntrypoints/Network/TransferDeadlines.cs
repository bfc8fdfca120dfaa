using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A fetch's total timeout and first-byte timeout, in <see cref="Environment.TickCount64"/>.</summary>
internal sealed class TransferDeadlines
{
    private readonly FetchClock _clock;
    private readonly int _totalTimeout;
    private readonly int _firstByteTimeout;
    private readonly long _total = long.MaxValue;
    private long _firstByte = long.MaxValue;

    /// <summary>Starts the total timeout.</summary>
    /// <param name="clock">Wakes the engine at the first-byte deadline.</param>
    /// <param name="request">Has the timeouts.</param>
    internal TransferDeadlines(FetchClock clock, in FetchRequest request)
    {
        _clock = clock;
        _totalTimeout = request.TotalTimeout;
        _firstByteTimeout = request.FirstByteTimeout;
        if (_totalTimeout > 0)
            _total = Environment.TickCount64 + _totalTimeout;
    }

    /// <summary>The next deadline; <see cref="long.MaxValue"/> for none.</summary>
    internal long Next => Math.Min(_total, Volatile.Read(ref _firstByte));

    /// <summary>Starts the first-byte timeout, because the request and its body were handed to a connection.</summary>
    internal void OnRequestSent()
    {
        if (_firstByteTimeout == 0)
            return;
        var deadline = Environment.TickCount64 + _firstByteTimeout;
        Volatile.Write(ref _firstByte, deadline);
        _clock.Set(deadline);
    }

    /// <summary>Ends the first-byte timeout, because the server has answered.</summary>
    internal void OnAnswered() => Volatile.Write(ref _firstByte, long.MaxValue);

    /// <summary>The failure for the timeout that has passed; null for none.</summary>
    internal FetchFailure? Overdue(long now)
    {
        if (_total <= now)
            return new FetchFailure(FetchErrorKind.Timeout, $"The fetch was not complete within {_totalTimeout} ms: its total timeout, less what had passed when it was sent.");
        if (Volatile.Read(ref _firstByte) <= now)
            return new FetchFailure(FetchErrorKind.Timeout, $"The server did not begin to answer within the first-byte timeout of {_firstByteTimeout} ms.");
        return null;
    }
}
