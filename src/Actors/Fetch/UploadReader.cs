using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Reads one fetch's <see cref="FetchBody"/> on the thread pool, piece by piece, and sends the coordinator a message about each piece.</summary>
internal sealed class UploadReader(ulong id, FetchBody body, int chunk)
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly byte[] _piece = new byte[chunk];
    private Task _last = Task.CompletedTask;
    private Stream? _stream;
    private long _read;
    private int _pass;
    private bool _rewinds;
    private bool _closed;

    /// <summary>The length in bytes; null if only the source's end shows it. Known once the source is open.</summary>
    internal long? Length { get; private set; }

    /// <summary>Whether the source can be read again from its beginning. Known once the source is open.</summary>
    internal bool CanRewind { get; private set; }

    /// <summary>Whether the source has been opened.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>Whether the last byte has been given to the child.</summary>
    internal bool IsEnded { get; set; }

    /// <summary>Whether a read is in progress; there is never a second one.</summary>
    internal bool IsBusy { get; private set; }

    /// <summary>How many more bytes the child accepts.</summary>
    internal long Credit { get; private set; }

    /// <summary>The piece read by the last <see cref="Read"/>; the next read overwrites it.</summary>
    internal ReadOnlyMemory<byte> Piece(int length) => _piece.AsMemory(0, length);

    /// <summary>Adds credit from the child.</summary>
    internal void Add(long credit) => Credit = CreditSum.Of(Credit, credit);

    /// <summary>Opens the source, then sends <see cref="Opened"/> to the actor.</summary>
    internal void StartOpening(IActorRef self) => Start(self, async () =>
    {
        // Opening a pipe waits for a writer, so it gets its own thread.
        (_stream, var length) = body.IsPipe
            ? await Task.Factory.StartNew(body.Open, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false)
            : body.Open();
        return new Opened(id, length, _stream.CanSeek);
    });

    /// <summary>Reads a piece as large as the credit allows, then sends <see cref="Read"/> to the actor.</summary>
    internal void StartReading(IActorRef self, long uploaded)
    {
        var most = (int)Math.Min(Math.Min(Credit, _piece.Length), (Length ?? long.MaxValue) - uploaded);
        Start(self, async () =>
        {
            var count = await _stream!.ReadAsync(_piece.AsMemory(0, most), _stopped.Token).ConfigureAwait(false);
            if (count < 0 || count > most)
                throw new IOException($"The stream reported {count} bytes for a read of at most {most}");
            _read += count;
            if (count > 0)
                body.Progress?.Report(_read);
            return new Read(id, count);
        });
    }

    /// <summary>Returns to the source's beginning after a read in progress, then sends <see cref="Rewound"/> to the actor. Credit starts at 0 again.</summary>
    internal void Rewind(IActorRef self, int pass)
    {
        (_pass, _rewinds, Credit, IsEnded) = (pass, true, 0, false);
        if (!IsBusy)
            StartRewinding(self);
    }

    /// <summary>Records that the source is open.</summary>
    internal void OnOpened(Opened opened) => (IsBusy, IsOpen, Length, CanRewind) = (false, true, opened.Length, opened.CanRewind);

    /// <summary>Records that a piece was read.</summary>
    /// <returns>False if the child has meanwhile asked for the body again, so that the piece must not be sent.</returns>
    internal bool OnRead(IActorRef self, int count)
    {
        IsBusy = false;
        if (_rewinds)
        {
            StartRewinding(self);
            return false;
        }
        Credit -= count;
        return true;
    }

    /// <summary>Records that the source is at its beginning.</summary>
    /// <returns>False if the child has meanwhile asked for the body once more.</returns>
    internal bool OnRewound(IActorRef self, int pass)
    {
        IsBusy = false;
        _rewinds = pass != _pass;
        if (_rewinds)
            StartRewinding(self);
        return !_rewinds;
    }

    /// <summary>Cancels a read in progress, and closes the source after it. Does not wait.</summary>
    internal void Close()
    {
        if (_closed)
            return;
        _closed = true;
        _ = CloseAsync();
    }

    private void StartRewinding(IActorRef self)
    {
        var pass = _pass;
        Start(self, () =>
        {
            body.Rewind(_stream!);
            _read = 0;
            return Task.FromResult<object>(new Rewound(id, pass));
        });
    }

    // The source may be an embedder's code and may block: neither it nor its callbacks run in the actor.
    private void Start(IActorRef self, Func<Task<object>> work)
    {
        IsBusy = true;
        _last = Task.Run(async () =>
        {
            object outcome;
            try
            {
                outcome = await work().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                outcome = new Broken(id, e.Message);
            }
            self.Tell(outcome, ActorRefs.NoSender);
        });
    }

    private async Task CloseAsync()
    {
        try
        {
            await _stopped.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException)
        {
            // A cancellation callback of the source threw; the read may or may not end early.
        }
        await _last.ConfigureAwait(false);
        body.Close(_stream);
        _stopped.Dispose();
    }

    /// <summary>The source is open.</summary>
    internal sealed record Opened(ulong Id, long? Length, bool CanRewind) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The source is at its beginning again.</summary>
    internal sealed record Rewound(ulong Id, int Pass) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A piece was read; 0 bytes mean the source's end.</summary>
    internal sealed record Read(ulong Id, int Count) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The source failed.</summary>
    internal sealed record Broken(ulong Id, string Why) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
