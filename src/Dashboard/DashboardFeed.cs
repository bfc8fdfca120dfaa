using System.Text.Json;
using Akka.Actor;

namespace ActorBrowser.Dashboard;

/// <summary>
/// The pictures for all viewers: taken each two seconds while there is a viewer, made into JSON once for all of them. A viewer that is
/// slow holds nothing: its next picture is the latest one, as a whole. Thread-safe.
/// </summary>
/// <param name="browser">Finds the browser.</param>
/// <param name="most">How many viewers there may be.</param>
internal sealed class DashboardFeed(Func<CancellationToken, Task<IActorRef>> browser, int most)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Round? _round;
    private int _viewers;

    /// <summary>How many watch.</summary>
    internal int Viewers
    {
        get
        {
            lock (_lock)
                return _viewers;
        }
    }

    /// <summary>Takes one picture.</summary>
    /// <exception cref="BrowserStoppedException">The browser does not answer.</exception>
    internal Task<Picture> TakeAsync(CancellationToken cancellation) => AskAsync<Picture>(WatchProtocol.GetPicture.Instance, cancellation);

    /// <summary>Gives an order.</summary>
    /// <exception cref="BrowserStoppedException">The browser does not answer.</exception>
    internal Task<WatchProtocol.OrderTaken> OrderAsync(long number, ProcessOrder order, CancellationToken cancellation) =>
        AskAsync<WatchProtocol.OrderTaken>(new WatchProtocol.GiveOrder(number, order), cancellation);

    /// <summary>Adds a viewer; null if there are as many as allowed.</summary>
    internal Viewer? TryWatch()
    {
        lock (_lock)
        {
            if (_viewers >= most)
                return null;
            _viewers++;
            if (_round is null)
            {
                _round = new Round();
                _ = WatchAsync(_round);
            }
            _round.Viewers++;
            return new Viewer(this, _round);
        }
    }

    private async Task<T> AskAsync<T>(object question, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(s_patience);
        try
        {
            return await Reply.AskAsync<T>(await browser(late.Token).ConfigureAwait(false), question, static sentence => new BrowserStoppedException(sentence), late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BrowserStoppedException($"The browser has not answered for {s_patience.TotalSeconds:0} s.");
        }
    }

    private async Task WatchAsync(Round round)
    {
        await Task.Yield();
        try
        {
            using var beat = new PeriodicTimer(ProcessWatch.Interval);
            do
                Show(await TakeAsync(round.Over.Token).ConfigureAwait(false), round);
            while (await beat.WaitForNextTickAsync(round.Over.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The last viewer has gone.
        }
        catch (Exception e)
        {
            Fail(e as BrowserStoppedException ?? new BrowserStoppedException($"The picture could not be taken: {e.Message}"), round);
        }
        finally
        {
            round.Over.Dispose();
        }
    }

    private void Show(Picture picture, Round round)
    {
        TaskCompletionSource<Frame> shown;
        Frame frame;
        lock (_lock)
        {
            shown = round.Next;
            frame = round.Last = new Frame(picture, round.Last?.Picture);
            round.Next = new TaskCompletionSource<Frame>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        shown.SetResult(frame);
    }

    // The viewers are told; the next one that comes starts anew.
    private void Fail(BrowserStoppedException cause, Round round)
    {
        lock (_lock)
        {
            round.Last = null;
            if (_round == round)
                _round = null;
        }
        round.Next.SetException(cause);
        // Without a viewer, nobody else looks at it.
        _ = round.Next.Task.Exception;
    }

    private void Leave(Round round)
    {
        var isOver = false;
        lock (_lock)
        {
            _viewers--;
            if (--round.Viewers == 0 && _round == round)
                (_round, isOver) = (null, true);
        }
        if (isOver)
            round.Over.Cancel();
    }

    /// <summary>One who watches, until disposed.</summary>
    internal sealed class Viewer : IDisposable
    {
        private readonly DashboardFeed _feed;
        private readonly Round _round;
        private Frame? _seen;

        internal Viewer(DashboardFeed feed, Round round) => (_feed, _round) = (feed, round);

        /// <summary>Waits for the next picture.</summary>
        /// <returns>An event: what has changed since the last one, or the whole if there is none or some were missed.</returns>
        /// <exception cref="BrowserStoppedException">There are no pictures any more.</exception>
        internal async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellation)
        {
            Task<Frame> next;
            Frame? last;
            lock (_feed._lock)
                (last, next) = (_round.Last, _round.Next.Task);
            var frame = last is not null && last != _seen ? last : await next.WaitAsync(cancellation).ConfigureAwait(false);
            var content = _seen is not null && ReferenceEquals(frame.Before, _seen.Picture) ? frame.Change : frame.Whole;
            _seen = frame;
            return content;
        }

        public void Dispose() => _feed.Leave(_round);
    }

    /// <summary>From the first viewer to the last, or to a failure. Guarded by the feed's lock.</summary>
    internal sealed class Round
    {
        internal CancellationTokenSource Over { get; } = new();

        internal int Viewers { get; set; }

        internal Frame? Last { get; set; }

        internal TaskCompletionSource<Frame> Next { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A picture as events, each made when the first viewer needs it.</summary>
    internal sealed class Frame(Picture picture, Picture? before)
    {
        private readonly Lazy<byte[]> _whole = new(() => EventOf(PictureChange.Whole(picture)));
        private readonly Lazy<byte[]> _change = new(() => EventOf(before is null ? PictureChange.Whole(picture) : PictureChange.Between(before, picture)));

        internal Picture Picture => picture;

        internal Picture? Before => before;

        internal byte[] Whole => _whole.Value;

        internal byte[] Change => _change.Value;

        private static byte[] EventOf(PictureChange change) =>
            [.. "data: "u8, .. JsonSerializer.SerializeToUtf8Bytes(change, PictureJson.Default.PictureChange), .. "\n\n"u8];
    }
}
