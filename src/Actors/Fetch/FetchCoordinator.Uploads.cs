using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <content>Request bodies: those in memory, and those that are read while they are sent.</content>
internal sealed partial class FetchCoordinator
{
    private void SendOrWait(PendingFetch pending)
    {
        if (_router is { } router)
        {
            Send(pending, router);
        }
        else
        {
            Wait(pending);
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
        }
    }

    private void Wait(PendingFetch fetch)
    {
        fetch.WaitAtMost(_settings.Fetch.QueueTimeout);
        fetch.Place = _waiting.AddLast(fetch);
    }

    private void StopWaiting(PendingFetch fetch)
    {
        if (fetch.Place is { } place)
            _waiting.Remove(place);
        fetch.Place = null;
    }

    private void Upload(PendingFetch fetch, long credit)
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
            var length = (int)Math.Min(Math.Min(credit, _settings.Network.Chunk), body.Length - fetch.Uploaded);
            Tell(fetch, new FetchBodyChunk(fetch.Uploaded, body.Slice((int)fetch.Uploaded, length)));
            fetch.Uploaded += length;
            credit -= length;
            if (fetch.Uploaded == body.Length)
                Tell(fetch, new FetchEnd(body.Length, body.Length, default));
        }
    }

    private void OnRewind(PendingFetch fetch, int pass)
    {
        var most = (fetch.Request.MaxRedirects ?? _settings.Fetch.MaxRedirects) + FetchRewind.MaxReplays;
        var broken = fetch.IsAnswered ? "although its answer had begun"
            : fetch.IsBodyUnwanted ? "which it had said it did not want"
            : !fetch.CanRewind ? "of which there is nothing that can be sent again"
            : pass != fetch.Pass + 1 ? $"as pass {pass}; {fetch.Pass + 1} was next"
            : pass > most ? $"for the {pass}th time; {most} are allowed"
            : null;
        if (broken is not null)
        {
            Violated(new ProtocolViolation(ViolationKind.OutOfState, $"The child asked for the body of fetch {fetch.Id} again, {broken}."));
            return;
        }
        fetch.Pass = pass;
        if (fetch.Upload is { } upload)
        {
            upload.Rewind(Self, pass);
            return;
        }
        fetch.Uploaded = fetch.FirstBytes;
        Tell(fetch, new FetchRewind(pass));
    }

    private void OnUploadRewound(UploadReader.Rewound rewound)
    {
        if (!_pending.TryGetValue(rewound.Id, out var fetch) || fetch.IsBodyUnwanted || !fetch.Upload!.OnRewound(Self, rewound.Pass))
            return;
        fetch.Uploaded = 0;
        Tell(fetch, new FetchRewind(rewound.Pass));
        ReadOn(fetch, fetch.Upload);
    }

    private void OnBodyUnwanted(PendingFetch fetch)
    {
        if (fetch.IsBodyUnwanted || fetch.BodyLength is FetchRequest.NoBody)
            Violated(new ProtocolViolation(ViolationKind.OutOfState, $"The child said that it wants no body of fetch {fetch.Id}, which has none or had been said."));
        else
            fetch.EndBody();
    }

    // A piece is read when the child has room for it: that is all the memory an upload takes.
    private void ReadOn(PendingFetch fetch, UploadReader upload)
    {
        if (!upload.IsBusy && !upload.IsEnded && upload.Credit > 0 && fetch.Router is not null)
            upload.StartReading(Self, fetch.Uploaded);
    }

    private void OnUploadOpened(UploadReader.Opened opened)
    {
        if (!_pending.TryGetValue(opened.Id, out var fetch))
            return;
        fetch.Upload!.OnOpened(opened);
        SendOrWait(fetch);
    }

    private void OnUploadRead(UploadReader.Read read)
    {
        if (!_pending.TryGetValue(read.Id, out var fetch) || fetch.IsBodyUnwanted)
            return;
        var upload = fetch.Upload!;
        // A piece of a pass that is over reaches nobody.
        if (!upload.OnRead(Self, read.Count))
            return;
        if (read.Count > 0)
        {
            Tell(fetch, new FetchBodyChunk(fetch.Uploaded, upload.Piece(read.Count)));
            fetch.Uploaded += read.Count;
        }
        else if (upload.Length is { } length)
        {
            Cancel(fetch);
            Fail(fetch, FetchErrorKind.Upload, $"The request's body ended after {fetch.Uploaded} bytes; it was to have {length}.");
            return;
        }
        if (read.Count == 0 || fetch.Uploaded == upload.Length)
        {
            upload.IsEnded = true;
            Tell(fetch, new FetchEnd(fetch.Uploaded, fetch.Uploaded, default));
        }
        ReadOn(fetch, upload);
    }

    private void OnUploadBroken(UploadReader.Broken broken)
    {
        if (!_pending.TryGetValue(broken.Id, out var fetch) || fetch.IsBodyUnwanted)
            return;
        Cancel(fetch);
        Fail(fetch, FetchErrorKind.Upload, $"The request's body cannot be read: {broken.Why.TrimEnd('.')}.");
    }
}
