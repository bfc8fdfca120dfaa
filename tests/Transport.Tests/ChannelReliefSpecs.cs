using ActorBrowser.Transport;

namespace ActorBrowser.TransportTests;

/// <summary>Work on a channel's thread: short work stays there, and long work loses the channel to another thread.</summary>
[Trait("Tier", "Fast")]
public sealed class ChannelReliefSpecs : IDisposable
{
    private readonly SocketChannel _parent;
    private readonly BlockingSocketChannel _child;
    private readonly Worker _worker;

    public ChannelReliefSpecs()
    {
        _parent = SocketChannel.CreatePair(ChannelLimits.Default, out var end);
        _child = new BlockingSocketChannel(end, ChannelLimits.Default);
        _worker = new Worker(_child);
        _child.Start(_worker);
        _parent.Start(new Recorder());
    }

    public void Dispose()
    {
        _parent.Dispose();
        _child.Dispose();
    }

    [Fact]
    public async Task Short_work_runs_on_the_channel_s_thread()
    {
        Send(1);
        await _worker.TakeAsync();
        for (var i = 2UL; i <= 100; i++)
        {
            Send(i);
            await _worker.TakeAsync();
        }
        // On a busy machine work may be relieved; then the thread is another.
        Assert.Equal(_worker.Threads, _worker.DoneBy);
    }

    [Fact]
    public async Task Of_the_work_that_one_read_brings_the_last_runs_on_the_channel_s_thread()
    {
        for (var i = 1UL; i <= 10; i++)
            _parent.Write(i, new Pong(0));
        _parent.Flush();
        var done = new Dictionary<ulong, int>();
        for (var i = 0; i < 10; i++)
        {
            var (id, thread) = await _worker.TakeAsync();
            done.Add(id, thread);
        }
        Assert.Equal(_worker.Threads.Last(), done[10]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Frames_arrive_in_order_while_work_blocks_its_thread(int blocked)
    {
        var id = 0UL;
        for (var round = 0; round < blocked; round++)
        {
            using var gate = new ManualResetEventSlim();
            _worker.Gates[++id] = gate;
            Send(id);
            // Together with the next frame it would run on the pool.
            await _worker.Started.WaitAsync().Soon();
            // Answered by another thread, however often.
            for (var i = 0; i < 3; i++)
            {
                Send(++id);
                Assert.Equal(id, (await _worker.TakeAsync()).Id);
            }
            gate.Set();
            Assert.Equal(id - 3, (await _worker.TakeAsync()).Id);
        }
        Assert.Equal(Enumerable.Range(1, (int)id).Select(static one => (ulong)one), _worker.Frames);
        Assert.False(_worker.Overlapped);
        // A thread's number is given again when it has ended: only those that live at the same time differ.
        var threads = _worker.Threads.ToArray();
        for (var round = 0; round < blocked; round++)
            Assert.DoesNotContain(threads[round * 4], threads[((round * 4) + 1)..((round + 1) * 4)]);
    }

    [Fact]
    public async Task The_channel_s_end_is_noticed_while_work_blocks_its_thread_and_reported_once()
    {
        using var gate = new ManualResetEventSlim();
        _worker.Gates[1] = gate;
        Send(1);
        await _worker.Started.WaitAsync().Soon();
        _parent.Dispose();
        Assert.Equal(ChannelEnd.EndOfStream, (await _worker.Closed.Soon()).End);
        gate.Set();
        await _worker.TakeAsync();
        Assert.Equal(1, _worker.Closings);
    }

    [Fact]
    public async Task Work_that_sometimes_blocks_loses_no_frame()
    {
        const int Frames = 2000;
        using var gate = new ManualResetEventSlim();
        for (var i = 1UL; i <= Frames; i += 400)
            _worker.Gates[i] = gate;
        for (var i = 1UL; i <= Frames; i++)
            Send(i);
        for (var i = 0; i < Frames - 5; i++)
            await _worker.TakeAsync();
        gate.Set();
        for (var i = 0; i < 5; i++)
            await _worker.TakeAsync();
        Assert.Equal(Enumerable.Range(1, Frames).Select(static one => (ulong)one), _worker.Frames);
        Assert.False(_worker.Overlapped);
    }

    private void Send(ulong id)
    {
        _parent.Write(id, new Pong(0));
        _parent.Flush();
    }

    /// <summary>Offers work for each frame, which waits for its gate, if it has one.</summary>
    private sealed class Worker(IWorkChannel channel) : IFrameHandler
    {
        private readonly System.Threading.Channels.Channel<(ulong Id, int Thread)> _done = System.Threading.Channels.Channel.CreateUnbounded<(ulong, int)>();
        private readonly TaskCompletionSource<ChannelClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;

        internal System.Collections.Concurrent.ConcurrentDictionary<ulong, ManualResetEventSlim> Gates { get; } = new();

        internal System.Collections.Concurrent.ConcurrentQueue<ulong> Frames { get; } = new();

        internal System.Collections.Concurrent.ConcurrentQueue<int> Threads { get; } = new();

        internal System.Collections.Concurrent.ConcurrentQueue<int> DoneBy { get; } = new();

        internal SemaphoreSlim Started { get; } = new(0);

        internal Task<ChannelClosed> Closed => _closed.Task;

        internal int Closings { get; private set; }

        internal bool Overlapped { get; private set; }

        internal async Task<(ulong Id, int Thread)> TakeAsync() => await _done.Reader.ReadAsync().AsTask().Soon();

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            Overlapped |= Interlocked.Increment(ref _inside) != 1;
            Frames.Enqueue(frame.CorrelationId);
            Threads.Enqueue(Environment.CurrentManagedThreadId);
            channel.RunSoon(new Work(this, frame.CorrelationId));
            Interlocked.Decrement(ref _inside);
            return null;
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(ChannelClosed closed)
        {
            Closings++;
            _closed.TrySetResult(closed);
        }

        private sealed class Work(Worker worker, ulong id) : IThreadPoolWorkItem
        {
            public void Execute()
            {
                if (worker.Gates.TryGetValue(id, out var gate))
                {
                    worker.Started.Release();
                    gate.Wait();
                }
                worker.DoneBy.Enqueue(Environment.CurrentManagedThreadId);
                worker._done.Writer.TryWrite((id, Environment.CurrentManagedThreadId));
            }
        }
    }
}
