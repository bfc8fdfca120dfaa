using System.Buffers;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <content>Sends the body to the parent: a large piece through shared memory if a slot is free, otherwise in frames.</content>
internal sealed partial class Fetch
{
    /// <summary>Body bytes after which frames are flushed although more can be read without waiting.</summary>
    private const int FlushEvery = 64 << 10;

    /// <summary>The same for bytes in shared memory, for which the channel carries only small frames.</summary>
    private const int FlushSharedEvery = 512 << 10;

    /// <summary>A smaller piece is copied into a frame: cheaper than a slot.</summary>
    private const int SmallestShared = 16 << 10;

    private async Task PumpAsync(Stream body, int size)
    {
        var slots = size >= SmallestShared ? _engine.Slots : null;
        byte[]? copied = null;
        var slot = -1;
        // Stands for the headers, which are queued already.
        var unflushed = 1;
        var flushEvery = slots is null ? FlushEvery : FlushSharedEvery;
        try
        {
            while (true)
            {
                if (slot < 0)
                    slot = slots?.TryTake() ?? -1;
                var room = slot >= 0 ? slots![slot] : (copied ??= ArrayPool<byte>.Shared.Rent(size)).AsMemory(0, size);
                var reading = body.ReadAsync(room, _stop.Token);
                if (unflushed > 0 && !_outbox.HearsSoon)
                {
                    if (unflushed >= (reading.IsCompleted ? flushEvery : SmallestShared))
                    {
                        _outbox.FlushNow();
                        unflushed = 0;
                    }
                    else if (!reading.IsCompleted && _request.Eager)
                    {
                        _outbox.RequestFlush();
                        unflushed = 0;
                    }
                }
                var length = await reading.ConfigureAwait(false);
                if (length == 0)
                    break;
                if (_delivered + length > _request.MaxResponseBytes)
                    throw new FetchFailedException(FetchErrorKind.TooLarge,
                        $"The body of {FetchUrl.Show(_where)} is longer than the {_request.MaxResponseBytes} bytes allowed.");
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
        if (WriteSlot(new FetchBodySlot(_delivered, slot, length)) != WriteOutcome.Queued)
        {
            _credit.Add(length);
            return false;
        }
        _delivered += length;
        return true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            var size = _credit.TryTake(Math.Min(data.Length, _engine.ChunkBytes));
            if (size == 0)
            {
                _outbox.RequestFlush();
                await _credit.WhenChanged().ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
                continue;
            }
            switch (WriteChunk(new FetchBodyChunk(_delivered, data[..size])))
            {
                case WriteOutcome.Queued:
                    _delivered += size;
                    data = data[size..];
                    break;
                case WriteOutcome.QueueFull:
                    _credit.Add(size);
                    await _outbox.WhenFlushed().WaitAsync(_stop.Token).ConfigureAwait(false);
                    break;
                case WriteOutcome.TooLarge when _engine.HalveChunk(size):
                    _credit.Add(size);
                    break;
                default:
                    throw new OperationCanceledException("The channel to the parent is closed.");
            }
            if (_outbox.WhenRoomy() is { IsCompleted: false } relief)
                await relief.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }
}
