using System.Buffers;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Sends a response body to the parent as far as the parent grants credit: a large piece through shared memory if a slot is free, otherwise in frames.</summary>
/// <param name="engine">Has the shared slots and the frame size.</param>
/// <param name="writer">Writes the frames.</param>
/// <param name="request">Has the first credit and the body's limit.</param>
/// <param name="stop">Cancelled when the transfer must end.</param>
internal sealed class BodyPump(FetchEngine engine, FetchWriter writer, in FetchRequest request, CancellationToken stop)
{
    /// <summary>The number of body bytes after which frames are flushed even if more can be read without waiting.</summary>
    private const int FlushEvery = 64 << 10;

    /// <summary>The same limit for bytes in shared memory, for which the channel carries only small frames.</summary>
    private const int FlushSharedEvery = 512 << 10;

    /// <summary>The smallest piece sent through a slot, in bytes; for a smaller piece a copy in a frame is cheaper.</summary>
    private const int SmallestShared = 16 << 10;

    private readonly CreditGate _credit = new(request.InitialCredit);
    private readonly long _most = request.MaxResponseBytes;
    private readonly bool _eager = request.Eager;

    /// <summary>How many bytes were sent.</summary>
    internal long Delivered { get; private set; }

    /// <summary>Adds credit from the parent.</summary>
    internal void OnCredit(long bytes) => _credit.Add(bytes);

    /// <summary>Ends the wait for credit, because the transfer must end.</summary>
    internal void Close() => _credit.Close();

    /// <summary>Sends a body to its end.</summary>
    /// <param name="body">The body, decoded.</param>
    /// <param name="size">The most bytes to read at once.</param>
    /// <param name="where">The URL, for error messages.</param>
    /// <exception cref="FetchFailedException">The body is longer than allowed.</exception>
    internal async Task PumpAsync(Stream body, int size, string where)
    {
        var outbox = writer.Outbox;
        var slots = size >= SmallestShared ? engine.Slots : null;
        byte[]? copied = null;
        var slot = -1;
        // The headers are queued already, and not flushed.
        var unflushed = 1;
        var flushEvery = slots is null ? FlushEvery : FlushSharedEvery;
        try
        {
            while (true)
            {
                if (slot < 0)
                    slot = slots?.TryTake() ?? -1;
                var room = slot >= 0 ? slots![slot] : (copied ??= ArrayPool<byte>.Shared.Rent(size)).AsMemory(0, size);
                var reading = body.ReadAsync(room, stop);
                if (unflushed > 0 && !outbox.HearsSoon)
                {
                    if (unflushed >= (reading.IsCompleted ? flushEvery : SmallestShared))
                    {
                        outbox.FlushNow();
                        unflushed = 0;
                    }
                    else if (!reading.IsCompleted && _eager)
                    {
                        outbox.RequestFlush();
                        unflushed = 0;
                    }
                }
                var length = await reading.ConfigureAwait(false);
                if (length == 0)
                    break;
                if (Delivered + length > _most)
                    throw new FetchFailedException(FetchErrorKind.TooLarge, $"The body of {FetchUrl.Show(where)} is longer than the {_most} bytes allowed.");
                if (slot >= 0 && length >= SmallestShared && TryPass(slot, length))
                    slot = -1;
                else
                    await SendAsync(room[..length]).ConfigureAwait(false);
                unflushed += length;
            }
        }
        finally
        {
            if (slot >= 0)
                slots!.Free(1UL << slot);
        }
        if (copied is not null)
            ArrayPool<byte>.Shared.Return(copied);
    }

    private bool TryPass(int slot, int length)
    {
        if (!_credit.TryTakeAll(length))
            return false;
        if (writer.WriteSlot(new FetchBodySlot(Delivered, slot, length)) != WriteOutcome.Queued)
        {
            _credit.Add(length);
            return false;
        }
        Delivered += length;
        return true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            var size = _credit.TryTake(Math.Min(data.Length, engine.ChunkBytes));
            if (size == 0)
            {
                writer.Outbox.RequestFlush();
                await _credit.WhenChanged().ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                continue;
            }
            switch (writer.WriteChunk(new FetchBodyChunk(Delivered, data[..size])))
            {
                case WriteOutcome.Queued:
                    Delivered += size;
                    data = data[size..];
                    break;
                case WriteOutcome.QueueFull:
                    _credit.Add(size);
                    await writer.Outbox.WhenFlushed().WaitAsync(stop).ConfigureAwait(false);
                    break;
                case WriteOutcome.TooLarge when engine.HalveChunk(size):
                    _credit.Add(size);
                    break;
                default:
                    throw new OperationCanceledException("The channel to the parent is closed.");
            }
            if (writer.Outbox.WhenRoomy() is { IsCompleted: false } relief)
                await relief.WaitAsync(stop).ConfigureAwait(false);
        }
    }
}
