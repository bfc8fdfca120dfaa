using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <content>What the network child says of the fetches it has: matched, checked, passed on.</content>
internal sealed partial class FetchCoordinator
{
    private void OnFrame(ChildFrames.UserFrame frame, int processId)
    {
        if (!_pending.TryGetValue(frame.Id, out var fetch) || !fetch.IsWith(Sender))
        {
            if (_cancelled.Contains(frame.Id) && Sender.Equals(_router?.Child))
            {
                // It crossed the cancellation.
                if (frame.Ends)
                    _cancelled.Remove(frame.Id);
                return;
            }
            // Late, duplicate or never asked for: it reaches nobody. Powers of two keep a flood of them out of the log.
            if (long.IsPow2(++_unknown))
                _log.Warning("A {0} for the unknown fetch {1} came from network child {2}; {3} such answers so far", frame.GetType().Name, frame.Id, processId, _unknown);
            return;
        }
        switch (frame)
        {
            case ChildFrames.Headers resumed when fetch.Base > 0 && !fetch.IsResumed:
                if (fetch.Continues(resumed.Value))
                    fetch.IsResumed = true;
                else
                    GiveUpReplay(fetch);
                break;
            case ChildFrames.Headers when fetch.Headers is not null:
                Violated(new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {frame.Id} got headers twice."));
                break;
            case ChildFrames.Headers headers:
                fetch.Headers = headers.Value;
                if (fetch.Request.Streamed)
                    fetch.Requester.Tell(new FetchHeadersArrived(fetch.Id, headers.Value, processId));
                break;
            case ChildFrames.Chunk chunk:
                OnChunk(fetch, chunk);
                break;
            case ChildFrames.End when fetch.Headers is null:
                Violated(new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {frame.Id} ended before its headers."));
                break;
            case ChildFrames.End end when end.Value.BodyBytes != fetch.Received - fetch.Base:
                Violated(new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {frame.Id} ended at {end.Value.BodyBytes} bytes; {fetch.Received - fetch.Base} had come."));
                break;
            case ChildFrames.End end:
                _completed++;
                FetchMetrics.Completed(fetch);
                Forget(fetch);
                fetch.Requester.Tell(fetch.Request.Streamed
                    ? new FetchCompleted(fetch.Id, end.Value with { BodyBytes = fetch.Received })
                    : new FetchResponse(fetch.Id, fetch.Headers!.Value, fetch.Body, end.Value, processId));
                break;
            case ChildFrames.Error error:
                Fail(fetch, error.Value.Kind, error.Value.Message);
                break;
            case ChildFrames.TooLarge tooLarge:
                Fail(fetch, FetchErrorKind.TooLarge, $"The request exceeds the frame limit of {tooLarge.Limit} bytes.");
                break;
            case ChildFrames.Credit credit:
                Upload(fetch, credit.Bytes);
                break;
            case ChildFrames.Rewind rewind:
                OnRewind(fetch, rewind.Pass);
                break;
            case ChildFrames.BodyUnwanted:
                OnBodyUnwanted(fetch);
                break;
            default:
                Unhandled(frame);
                break;
        }
    }

    // The server does not go on where it was: what it sends now is another body.
    private void GiveUpReplay(PendingFetch fetch)
    {
        Cancel(fetch);
        Fail(fetch, FetchErrorKind.ChildLost, "The network process was lost in the middle of the body, and the server does not resume it.");
    }

    private void OnChunk(PendingFetch fetch, ChildFrames.Chunk chunk)
    {
        if (fetch.Accept(chunk.Offset, chunk.Data.Length) is { } violation)
        {
            Violated(violation);
            return;
        }
        if (fetch.Request.Streamed)
        {
            fetch.Requester.Tell(new FetchChunk(fetch.Id, fetch.Base + chunk.Offset, chunk.Data));
            if (fetch.Granted - fetch.Received <= _settings.Fetch.InitialCredit / 2)
                Grant(fetch);
            return;
        }
        fetch.Append(chunk.Data);
        // Half of the credit is given again at a time: a message a piece would be one too many.
        if (fetch.Granted - fetch.Received < _settings.Fetch.InitialCredit / 2)
        {
            fetch.Grant(_settings.Fetch.InitialCredit);
            Tell(fetch, new Credit(_settings.Fetch.InitialCredit));
        }
    }

    private void OnGrant(PendingFetch fetch, long bytes)
    {
        if (!fetch.Request.Streamed)
            return;
        fetch.Save(bytes);
        // While the child has more than half of its window left, small grants are saved up: each message wakes the child.
        if (fetch.Granted - fetch.Received <= _settings.Fetch.InitialCredit / 2)
            Grant(fetch);
    }

    private void Grant(PendingFetch fetch)
    {
        if (fetch.Router is not null && fetch.Spend() is > 0 and var bytes)
            Tell(fetch, new Credit(bytes));
    }

    private void Violated(ProtocolViolation violation) => Sender.Tell(new ChildProcessActor.ReportViolation(violation));
}
