using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>Reads one of a command's outputs while the parent has granted credit, and sends it in pieces. Without credit the command waits.</summary>
/// <param name="stream">The reading end; owned by the pump.</param>
/// <param name="send">Sends a piece.</param>
internal sealed class OutputPump(Stream stream, Action<ReadOnlyMemory<byte>> send)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource? _waiting;
    private long _credit;
    private bool _isOver;

    /// <summary>Lets the pump read on.</summary>
    internal void Grant(long bytes)
    {
        lock (_lock)
        {
            _credit = bytes > long.MaxValue - _credit ? long.MaxValue : _credit + bytes;
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Every process of the command is gone: what is left is sent without credit, and a pipe that something holds open is left after a while.</summary>
    /// <param name="patience">How long an open pipe is waited for.</param>
    internal void Finish(TimeSpan patience)
    {
        lock (_lock)
        {
            _isOver = true;
            _waiting?.TrySetResult();
        }
        _stop.CancelAfter(patience);
    }

    /// <summary>Reads to the end.</summary>
    internal async Task RunAsync()
    {
        var buffer = new byte[OutputPiece.MostBytes];
        try
        {
            while (true)
            {
                var most = await AllowedAsync().ConfigureAwait(false);
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(most, buffer.Length)), _stop.Token).ConfigureAwait(false);
                if (read == 0)
                    break;
                lock (_lock)
                    _credit = Math.Max(0, _credit - read);
                send(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The pipe has ended with its writers, or something outside the job holds it open: what was read is sent.
        }
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<long> AllowedAsync()
    {
        while (true)
        {
            Task granted;
            lock (_lock)
            {
                if (_isOver || _credit > 0)
                    return _isOver ? long.MaxValue : _credit;
                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                granted = _waiting.Task;
            }
            await granted.ConfigureAwait(false);
        }
    }
}
