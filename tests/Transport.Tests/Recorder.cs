using System.Collections.Concurrent;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.TransportTests;

/// <summary>Keeps what a channel delivers.</summary>
internal sealed class Recorder : IFrameHandler
{
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource<ChannelClosed> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closings;
    private int _inside;

    internal ConcurrentQueue<(FrameHeader Header, byte[] Body, SafeDescriptor[] Descriptors)> Frames { get; } = new();

    internal Task<ChannelClosed> Closed => _closed.Task;

    internal int Batches { get; private set; }

    internal int Closings => _closings;

    internal bool Overlapped { get; private set; }

    internal bool TakeDescriptors { get; init; } = true;

    internal Func<FrameHeader, ProtocolViolation?> Judge { get; init; } = static _ => null;

    public ProtocolViolation? OnFrame(in Frame frame)
    {
        Overlapped |= Interlocked.Increment(ref _inside) != 1;
        Frames.Enqueue((frame.Header, frame.Body.ToArray(), TakeDescriptors ? frame.TakeDescriptors() : []));
        Interlocked.Decrement(ref _inside);
        _arrived.Release();
        return Judge(frame.Header);
    }

    public void OnBatchEnd() => Batches++;

    public void OnClosed(ChannelClosed closed)
    {
        Interlocked.Increment(ref _closings);
        _closed.TrySetResult(closed);
    }

    internal async Task<List<(FrameHeader Header, byte[] Body, SafeDescriptor[] Descriptors)>> TakeAsync(int count)
    {
        var taken = new List<(FrameHeader, byte[], SafeDescriptor[])>();
        for (var i = 0; i < count; i++)
        {
            Assert.True(await _arrived.WaitAsync(Deadline.Long), $"Frame {i + 1} of {count} did not come.");
            Assert.True(Frames.TryDequeue(out var frame));
            taken.Add(frame);
        }
        return taken;
    }
}
