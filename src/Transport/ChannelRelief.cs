namespace ActorBrowser.Transport;

/// <summary>
/// Lets a channel's thread run a role's work: if the work takes longer than <see cref="Patience"/>, a second thread takes the channel
/// over, so that pings, cancellations and the parent's end never wait for a role. The second thread starts with the first work; while
/// there is work it looks at it once per <see cref="Patience"/>, otherwise it sleeps.
/// </summary>
/// <param name="serve">Serves the channel on the calling thread until the channel ends or is taken over.</param>
internal sealed class ChannelRelief(Action serve) : IDisposable
{
    /// <summary>How long work may delay the channel; up to twice as long.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    private readonly AutoResetEvent _wake = new(false);

    // Odd while work runs. Only the channel's thread makes it odd; who makes it even again owns the channel.
    private long _turn;
    private int _awake;
    private bool _started;
    private volatile bool _over;

    /// <summary>Runs work on the channel's thread.</summary>
    /// <returns>Whether this thread still owns the channel; if not, it must not touch it again.</returns>
    internal bool Run(IThreadPoolWorkItem work)
    {
        if (!_started)
        {
            _started = true;
            Start();
        }
        var turn = Interlocked.Increment(ref _turn);
        if (Interlocked.Exchange(ref _awake, 1) == 0)
            _wake.Set();
        work.Execute();
        return Interlocked.CompareExchange(ref _turn, turn + 1, turn) == turn;
    }

    public void Dispose()
    {
        _over = true;
        _wake.Set();
    }

    private void Start() => new Thread(Watch) { IsBackground = true, Name = "ActorBrowser channel" }.UnsafeStart();

    private void Watch()
    {
        while (!_over)
        {
            var seen = -1L;
            _wake.WaitOne();
            while (!_over)
            {
                var turn = Interlocked.Read(ref _turn);
                if (turn != seen)
                {
                    seen = turn;
                }
                else if (turn % 2 != 0)
                {
                    if (Interlocked.CompareExchange(ref _turn, turn + 1, turn) != turn)
                        continue;
                    // This thread is the channel's from now on; another watches it, and sleeps until there is work.
                    Interlocked.Exchange(ref _awake, 0);
                    Start();
                    serve();
                    return;
                }
                else
                {
                    Interlocked.Exchange(ref _awake, 0);
                    // Work that began before that line has not woken this thread.
                    if (Interlocked.Read(ref _turn) == turn || Interlocked.Exchange(ref _awake, 1) != 0)
                        break;
                }
                _wake.WaitOne(Patience);
            }
        }
    }
}
