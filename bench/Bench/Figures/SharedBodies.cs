using System.Diagnostics;
using System.Numerics;
using ActorBrowser.Transport;

namespace ActorBrowser.Bench.Figures;

/// <summary>
/// Bodies in shared memory: one end of a channel sends full slots to the other, which copies each and returns it. Compared with
/// a loop that copies the same bytes from the same slots to the same memory.
/// </summary>
internal sealed class SharedBodies : IFigure
{
    private const long Bytes = 4L << 30;
    private const int Memory = 4 << 20;
    private const int Body = 64 << 20;
    private const int Together = 8;

    private static readonly byte[] s_body = new byte[Body];

    public string Name => "shared";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var bytes = context.Pick(1, 4) * (Bytes / 4);
        var samples = await Contender.InterleaveAsync(
            context.Pick(5, 11),
            new Contender("through slots", "GiB/s", () => ThroughSlotsAsync(bytes)),
            new Contender("memcpy", "GiB/s", () => Task.FromResult(Copy(bytes))));
        return [new Row($"bodies of {Body >> 20} MiB in shared memory, from one end of a channel into an array at the other", samples[0], samples[1], Target.AtLeast(0.7))];
    }

    private static async Task<double> ThroughSlotsAsync(long bytes)
    {
        using var slots = BodySlots.Create(Memory, out var forChild);
        using var parent = SocketChannel.CreatePair(ChannelLimits.Default, out var end);
        using var child = new BlockingSocketChannel(end, ChannelLimits.Default);
        using var theirs = BodySlots.Open(forChild);
        Fill(theirs);
        var receiver = new Receiver(slots, parent, bytes);
        var sender = new Sender(theirs, child, bytes);
        // This thread handles the child's frames, as a child's main thread does.
        var thread = new Thread(() => child.Run(sender)) { IsBackground = true };
        var start = Stopwatch.GetTimestamp();
        parent.Start(receiver);
        sender.Send();
        thread.Start();
        await receiver.Done.Task;
        var rate = bytes / (double)(1 << 30) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        parent.CloseAfterDrain();
        child.CloseAfterDrain();
        thread.Join();
        return rate;
    }

    private static double Copy(long bytes)
    {
        using var slots = BodySlots.Create(Memory, out var forChild);
        using var theirs = BodySlots.Open(forChild);
        Fill(theirs);
        var start = Stopwatch.GetTimestamp();
        for (long copied = 0; copied < bytes; copied += BodySlots.SlotBytes)
            slots[(int)(copied / BodySlots.SlotBytes) % BodySlots.MaxSlots].Span.CopyTo(s_body.AsSpan((int)(copied % Body)));
        return bytes / (double)(1 << 30) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Fill(BodySlots slots)
    {
        for (var i = 0; slots.Has(i); i++)
            slots[i].Span.Fill((byte)i);
    }

    private sealed class Sender(BodySlots slots, BlockingSocketChannel channel, long bytes) : IFrameHandler
    {
        private long _sent;

        internal void Send()
        {
            var unflushed = 0;
            for (int slot; _sent < bytes && (slot = slots.TryTake()) >= 0; _sent += BodySlots.SlotBytes)
            {
                channel.Write(1, new FetchBodySlot(_sent, slot, BodySlots.SlotBytes));
                if (++unflushed % Together == 0)
                    channel.Flush();
            }
            channel.Flush();
        }

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            if (frame.TryRead<SlotsFree>(out var free) is { } malformed)
                return malformed;
            slots.Free(free.Slots);
            return null;
        }

        public void OnBatchEnd() => Send();

        public void OnClosed(ChannelClosed closed)
        {
        }
    }

    private sealed class Receiver(BodySlots slots, SocketChannel channel, long bytes) : IFrameHandler
    {
        private ulong _read;
        private long _received;

        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            if (frame.TryRead<FetchBodySlot>(out var piece) is { } malformed)
                return malformed;
            slots[piece.Slot].Span[..piece.Length].CopyTo(s_body.AsSpan((int)(piece.Offset % Body)));
            _read |= 1UL << piece.Slot;
            if (BitOperations.PopCount(_read) >= slots.ReturnedTogether)
            {
                channel.Write(0, new SlotsFree(_read));
                channel.Flush();
                _read = 0;
            }
            _received += piece.Length;
            if (_received == bytes)
                Done.SetResult();
            return null;
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(ChannelClosed closed) => Done.TrySetException(new InvalidOperationException($"The channel ended: {closed}"));
    }
}
