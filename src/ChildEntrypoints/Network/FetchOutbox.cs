using System.Diagnostics;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// Gathers the frames of all fetches and flushes them together: a flush runs as a pool work item behind the work that
/// is queued already, so that answers which become ready at about the same time share one system call. While many fetches
/// are answered in quick succession, an answer waits until a third of those under way are answered, for a millisecond at most: each
/// flush wakes the parent, and three processes that wake each other for every answer do little else.
/// </summary>
internal sealed class FetchOutbox : IThreadPoolWorkItem
{
    /// <summary>With fewer fetches under way, no answer waits for others.</summary>
    private const int Many = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);

    /// <summary>Body bytes waiting to be flushed beyond which no fetch reads more from its socket.</summary>
    private const long Congested = 4 << 20;

    private readonly IFetchOutput _output;
    private readonly BodySlots? _slots;
    private readonly Timer _patience;
    private readonly Lock _lock = new();
    private int _underWay;
    private int _waiting;
    private int _patient;
    private long _lastFlush;
    private long _unflushed;
    private long _slotsWritten;
    private long _slotsFlushed;
    private long _slotsFreed;
    private bool _scheduled;
    private bool _again;
    private TaskCompletionSource? _relief;

    internal FetchOutbox(IFetchOutput output, BodySlots? slots)
    {
        _output = output;
        _slots = slots;
        _patience = new Timer(static outbox => ((FetchOutbox)outbox!).OnPatienceOver(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>The number of fetches under way.</summary>
    internal int UnderWay { set => Volatile.Write(ref _underWay, value); }

    /// <summary>The trace of a fetch; null if it is not traced.</summary>
    internal ChildTrace? TraceOf(ulong fetch) => _output.TraceOf(fetch);

    /// <summary>Queues a frame.</summary>
    internal WriteOutcome Write<T>(ulong fetch, in T message) where T : struct, IWireMessage<T> => _output.Write(fetch, message);

    /// <summary>Queues a piece of a body, and counts it until it is flushed.</summary>
    internal WriteOutcome WriteChunk(ulong fetch, in FetchBodyChunk chunk)
    {
        var outcome = _output.Write(fetch, chunk);
        if (outcome == WriteOutcome.Queued)
            Interlocked.Add(ref _unflushed, chunk.Data.Length);
        return outcome;
    }

    /// <summary>Queues a piece of a body that lies in shared memory.</summary>
    internal WriteOutcome WriteSlot(ulong fetch, in FetchBodySlot piece)
    {
        var outcome = _output.Write(fetch, piece);
        if (outcome == WriteOutcome.Queued)
            Interlocked.Increment(ref _slotsWritten);
        return outcome;
    }

    /// <summary>The parent has given so many slots back.</summary>
    internal void OnFreed(int count) => Interlocked.Add(ref _slotsFreed, count);

    /// <summary>
    /// Whether the parent will soon return slots. This child flushes after it has handled that frame, so frames queued until
    /// then need no extra system call and no extra wake-up.
    /// </summary>
    internal bool HearsSoon => Interlocked.Read(ref _slotsFlushed) - Interlocked.Read(ref _slotsFreed) >= (_slots?.ReturnedTogether ?? 1);

    /// <summary>Has the queued frames flushed soon.</summary>
    internal void RequestFlush()
    {
        var waiting = Interlocked.Increment(ref _waiting);
        var underWay = Volatile.Read(ref _underWay);
        if (underWay < Many || Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastFlush)) > Patience)
            Schedule();
        else if (waiting >= underWay / 3)
            FlushNow();
        else if (Interlocked.Exchange(ref _patient, 1) == 0)
            _patience.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Flushes on this thread, unless another thread is about to. For an amount that is worth a system call: it is still in
    /// this processor's cache, and no second thread has to wake.
    /// </summary>
    internal void FlushNow()
    {
        if (TrySchedule())
            Execute();
    }

    /// <summary>Completes when few enough bytes are unflushed to queue more.</summary>
    internal Task WhenRoomy()
    {
        return Interlocked.Read(ref _unflushed) < Congested ? Task.CompletedTask : WhenFlushed();
    }

    /// <summary>Completes after the next flush.</summary>
    internal Task WhenFlushed()
    {
        Task relief;
        lock (_lock)
        {
            _relief ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            relief = _relief.Task;
        }
        Schedule();
        return relief;
    }

    void IThreadPoolWorkItem.Execute() => Execute();

    private void Schedule()
    {
        if (TrySchedule())
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void OnPatienceOver()
    {
        // A full fence: an answer that relied on this timer is in _waiting already; a later one sets the timer again.
        Interlocked.Exchange(ref _patient, 0);
        if (Volatile.Read(ref _waiting) > 0)
            FlushNow();
    }

    private bool TrySchedule()
    {
        lock (_lock)
        {
            if (_scheduled)
            {
                _again = true;
                return false;
            }
            _scheduled = true;
            return true;
        }
    }

    private void Execute()
    {
        lock (_lock)
            _again = false;
        Interlocked.Exchange(ref _waiting, 0);
        Interlocked.Exchange(ref _lastFlush, Stopwatch.GetTimestamp());
        var flushed = Interlocked.Read(ref _unflushed);
        var written = Interlocked.Read(ref _slotsWritten);
        _output.Flush();
        Interlocked.Exchange(ref _slotsFlushed, written);
        Interlocked.Add(ref _unflushed, -flushed);
        TaskCompletionSource? relief;
        bool again;
        lock (_lock)
        {
            relief = _relief;
            _relief = null;
            again = _again;
            _again = false;
            _scheduled = again;
        }
        relief?.SetResult();
        if (again)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
