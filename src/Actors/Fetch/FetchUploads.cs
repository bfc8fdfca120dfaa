using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Sends request bodies piece by piece as the network process grants credit, from memory or from an <see cref="UploadReader"/>.</summary>
/// <param name="self">The coordinator; readers report to it.</param>
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

    /// <summary>Records that a source is open.</summary>
    /// <returns>The fetch, ready to be sent; null if it has ended.</returns>
    internal PendingFetch? OnOpened(UploadReader.Opened opened)
    {
        if (!table.TryFind(opened.Id, out var fetch))
            return null;
        fetch.Upload!.OnOpened(opened);
        return fetch;
    }

    /// <summary>Sends more of a body, because the process has granted credit for it.</summary>
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

    /// <summary>Sends a body from its beginning again, because the process has asked for it.</summary>
    /// <returns>Null, or the rule that the process broke.</returns>
    internal ProtocolViolation? OnRewind(PendingFetch fetch, int pass)
    {
        var most = (fetch.Request.MaxRedirects ?? settings.Fetch.MaxRedirects) + FetchRewind.MaxReplays;
        var broken = fetch.IsAnswered ? "after its response had begun"
            : fetch.IsBodyUnwanted ? "after it had declined the body"
            : !fetch.CanRewind ? "which cannot be sent again"
            : pass != fetch.Pass + 1 ? $"as pass {pass}; expected pass {fetch.Pass + 1}"
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

    /// <summary>Stops sending a body, because the process has declined the rest.</summary>
    /// <returns>Null, or the rule that the process broke.</returns>
    internal static ProtocolViolation? OnUnwanted(PendingFetch fetch)
    {
        if (fetch.IsBodyUnwanted || fetch.BodyLength is FetchRequest.NoBody)
            return new ProtocolViolation(ViolationKind.OutOfState, $"The child declined the body of fetch {fetch.Id}, {(fetch.IsBodyUnwanted ? "which it had declined already" : "which has no body")}.");
        fetch.EndBody();
        return null;
    }

    /// <summary>Begins a new pass of a body whose source is at its beginning again.</summary>
    internal void OnRewound(UploadReader.Rewound rewound)
    {
        if (!table.TryFind(rewound.Id, out var fetch) || fetch.IsBodyUnwanted || !fetch.Upload!.OnRewound(self, rewound.Pass))
            return;
        fetch.Uploaded = 0;
        sender.Tell(fetch, new FetchRewind(rewound.Pass));
        ReadOn(fetch, fetch.Upload);
    }

    /// <summary>Sends the piece that was read from a source, or the end of the body.</summary>
    internal void OnRead(UploadReader.Read read)
    {
        if (!table.TryFind(read.Id, out var fetch) || fetch.IsBodyUnwanted)
            return;
        var upload = fetch.Upload!;
        // The process has asked for the body again and takes no more pieces of the earlier pass.
        if (!upload.OnRead(self, read.Count))
            return;
        if (read.Count > 0)
        {
            sender.Tell(fetch, new FetchBodyChunk(fetch.Uploaded, upload.Piece(read.Count)));
            fetch.Uploaded += read.Count;
        }
        else if (upload.Length is { } length)
        {
            outcomes.CancelAndFail(fetch, FetchErrorKind.Upload, $"The request's body ended after {fetch.Uploaded} bytes; its declared length is {length}.");
            return;
        }
        if (read.Count == 0 || fetch.Uploaded == upload.Length)
        {
            upload.IsEnded = true;
            sender.Tell(fetch, new FetchEnd(fetch.Uploaded, fetch.Uploaded, default));
        }
        ReadOn(fetch, upload);
    }

    /// <summary>Fails the fetch whose source cannot be read.</summary>
    internal void OnBroken(UploadReader.Broken broken)
    {
        if (table.TryFind(broken.Id, out var fetch) && !fetch.IsBodyUnwanted)
            outcomes.CancelAndFail(fetch, FetchErrorKind.Upload, $"The request's body cannot be read: {broken.Why.TrimEnd('.')}.");
    }

    // The next piece is read only when the process has room for it, so an upload needs the memory of one piece.
    private void ReadOn(PendingFetch fetch, UploadReader upload)
    {
        if (!upload.IsBusy && !upload.IsEnded && upload.Credit > 0 && fetch.Router is not null)
            upload.StartReading(self, fetch.Uploaded);
    }
}
