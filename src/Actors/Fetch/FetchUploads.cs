using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Sends request bodies piece by piece, as the network process grants credit: those in memory, and those that an <see cref="UploadReader"/> reads.</summary>
/// <param name="self">The coordinator, which the readers tell what they have read.</param>
/// <param name="settings">The configuration.</param>
/// <param name="table">The fetches that have not ended.</param>
/// <param name="sender">Sends the pieces.</param>
/// <param name="outcomes">Ends a fetch whose body cannot be read.</param>
internal sealed class FetchUploads(IActorRef self, ActorBrowserSettings settings, FetchTable table, FetchSender sender, FetchOutcomes outcomes)
{
    /// <summary>Opens the source of a fetch's body; <see cref="OnOpened"/> is next.</summary>
    internal void Open(PendingFetch fetch, FetchBody source)
    {
        fetch.WaitAtMost(settings.Fetch.QueueTimeout);
        fetch.Upload = new UploadReader(fetch.Id, source, settings.Network.Chunk);
        fetch.Upload.StartOpening(self);
    }

    /// <summary>A source is open.</summary>
    /// <returns>The fetch, which can be sent now; null if it has ended.</returns>
    internal PendingFetch? OnOpened(UploadReader.Opened opened)
    {
        if (!table.TryFind(opened.Id, out var fetch))
            return null;
        fetch.Upload!.OnOpened(opened);
        return fetch;
    }

    /// <summary>The process takes more of a body.</summary>
    internal void OnCredit(PendingFetch fetch, long credit)
    {
        if (fetch.IsBodyUnwanted)
            return;
        if (fetch.Upload is { } upload)
        {
            upload.Add(credit);
            ReadOn(fetch, upload);
            return;
        }
        var body = fetch.Request.Body ?? default;
        while (credit > 0 && fetch.Uploaded < body.Length)
        {
            var length = (int)Math.Min(Math.Min(credit, settings.Network.Chunk), body.Length - fetch.Uploaded);
            sender.Tell(fetch, new FetchBodyChunk(fetch.Uploaded, body.Slice((int)fetch.Uploaded, length)));
            fetch.Uploaded += length;
            credit -= length;
            if (fetch.Uploaded == body.Length)
                sender.Tell(fetch, new FetchEnd(body.Length, body.Length, default));
        }
    }

    /// <summary>The process asks for a body from its beginning.</summary>
    /// <returns>Null, or the rule that the process broke.</returns>
    internal ProtocolViolation? OnRewind(PendingFetch fetch, int pass)
    {
        var most = (fetch.Request.MaxRedirects ?? settings.Fetch.MaxRedirects) + FetchRewind.MaxReplays;
        var broken = fetch.IsAnswered ? "although its answer had begun"
            : fetch.IsBodyUnwanted ? "which it had said it did not want"
            : !fetch.CanRewind ? "of which there is nothing that can be sent again"
            : pass != fetch.Pass + 1 ? $"as pass {pass}; {fetch.Pass + 1} was next"
            : pass > most ? $"for the {pass}th time; {most} are allowed"
            : null;
        if (broken is not null)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child asked for the body of fetch {fetch.Id} again, {broken}.");
        fetch.Pass = pass;
        if (fetch.Upload is { } upload)
        {
            upload.Rewind(self, pass);
            return null;
        }
        fetch.Uploaded = fetch.FirstBytes;
        sender.Tell(fetch, new FetchRewind(pass));
        return null;
    }

    /// <summary>The process wants no more of a body.</summary>
    /// <returns>Null, or the rule that the process broke.</returns>
    internal static ProtocolViolation? OnUnwanted(PendingFetch fetch)
    {
        if (fetch.IsBodyUnwanted || fetch.BodyLength is FetchRequest.NoBody)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child said that it wants no body of fetch {fetch.Id}, which has none or had been said.");
        fetch.EndBody();
        return null;
    }

    /// <summary>A source is at its beginning again.</summary>
    internal void OnRewound(UploadReader.Rewound rewound)
    {
        if (!table.TryFind(rewound.Id, out var fetch) || fetch.IsBodyUnwanted || !fetch.Upload!.OnRewound(self, rewound.Pass))
            return;
        fetch.Uploaded = 0;
        sender.Tell(fetch, new FetchRewind(rewound.Pass));
        ReadOn(fetch, fetch.Upload);
    }

    /// <summary>A source has given a piece, or has ended.</summary>
    internal void OnRead(UploadReader.Read read)
    {
        if (!table.TryFind(read.Id, out var fetch) || fetch.IsBodyUnwanted)
            return;
        var upload = fetch.Upload!;
        // The process has asked for the body again: it does not take a piece of the earlier pass.
        if (!upload.OnRead(self, read.Count))
            return;
        if (read.Count > 0)
        {
            sender.Tell(fetch, new FetchBodyChunk(fetch.Uploaded, upload.Piece(read.Count)));
            fetch.Uploaded += read.Count;
        }
        else if (upload.Length is { } length)
        {
            outcomes.CancelAndFail(fetch, FetchErrorKind.Upload, $"The request's body ended after {fetch.Uploaded} bytes; it was to have {length}.");
            return;
        }
        if (read.Count == 0 || fetch.Uploaded == upload.Length)
        {
            upload.IsEnded = true;
            sender.Tell(fetch, new FetchEnd(fetch.Uploaded, fetch.Uploaded, default));
        }
        ReadOn(fetch, upload);
    }

    /// <summary>A source has failed.</summary>
    internal void OnBroken(UploadReader.Broken broken)
    {
        if (table.TryFind(broken.Id, out var fetch) && !fetch.IsBodyUnwanted)
            outcomes.CancelAndFail(fetch, FetchErrorKind.Upload, $"The request's body cannot be read: {broken.Why.TrimEnd('.')}.");
    }

    // The next piece is read when the process has room for it, so an upload takes one piece of memory.
    private void ReadOn(PendingFetch fetch, UploadReader upload)
    {
        if (!upload.IsBusy && !upload.IsEnded && upload.Credit > 0 && fetch.Router is not null)
            upload.StartReading(self, fetch.Uploaded);
    }
}
