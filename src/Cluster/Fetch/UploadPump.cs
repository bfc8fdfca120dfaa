using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>Reads a request's body on the thread pool, piece by piece, and sends its conversation a message about each.</summary>
/// <param name="body">The body.</param>
/// <param name="size">The longest piece, in bytes.</param>
/// <param name="self">The conversation.</param>
internal sealed class UploadPump(FetchBody body, int size, IActorRef self) : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private Task _last = Task.CompletedTask;
    private Stream? _stream;
    private long? _left;
    private bool _isBusy;
    private bool _isEnded;

    /// <summary>The body can be read.</summary>
    /// <param name="Length">In bytes; null if only its end shows it.</param>
    internal sealed record Opened(long? Length) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A piece was read.</summary>
    internal sealed record Piece(ReadOnlyMemory<byte> Data, bool IsLast) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The body cannot be read.</summary>
    internal sealed record Broken(string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal void Open() => Start(async () =>
    {
        // Opening a pipe waits for a writer, so it gets its own thread.
        (_stream, var length) = body.IsPipe
            ? await Task.Factory.StartNew(body.Open, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false)
            : body.Open();
        _left = length;
        return new Opened(length);
    });

    /// <summary>The conversation has handled a message of this class: only now may the next piece be read, or two could arrive in the wrong order.</summary>
    internal void Handled(bool hasRoom)
    {
        _isBusy = false;
        Go(hasRoom);
    }

    /// <summary>Reads the next piece, if the last one was handled and there is room for it. Like all methods, for the conversation's thread only.</summary>
    internal void Go(bool hasRoom)
    {
        if (_isBusy || _isEnded || _stream is null || !hasRoom)
            return;
        Start(async () =>
        {
            var piece = new byte[(int)Math.Min(size, _left ?? size)];
            var count = piece.Length == 0 ? 0 : await _stream.ReadAsync(piece, _stopped.Token).ConfigureAwait(false);
            if (count == 0 && _left > 0)
                throw new IOException($"it ended {_left} bytes before its length");
            _left -= count;
            _isEnded = count == 0 || _left == 0;
            return new Piece(piece.AsMemory(0, count), _isEnded);
        });
    }

    /// <summary>Ends reading; the source is released once the last read is over.</summary>
    public void Dispose()
    {
        _stopped.Cancel();
        _last.ContinueWith(_ => body.Close(_stream), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Start(Func<Task<object>> step)
    {
        _isBusy = true;
        _last = Task.Run(async () =>
        {
            object outcome;
            try
            {
                outcome = await step().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // The stream is the requester's code, and may throw anything.
                _isEnded = true;
                outcome = new Broken(e.Message);
            }
            self.Tell(outcome, ActorRefs.NoSender);
        });
    }
}
