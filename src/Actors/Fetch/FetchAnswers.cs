using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Matches the network process's frames to fetches, checks their order and passes answers on to the requesters, against credit.</summary>
/// <param name="limits">The limits of a fetch.</param>
/// <param name="table">The fetches that have not ended.</param>
/// <param name="sender">Passes credit on to the process.</param>
/// <param name="outcomes">Ends a fetch.</param>
/// <param name="uploads">Gets the frames about request bodies.</param>
/// <param name="log">The coordinator's.</param>
internal sealed class FetchAnswers(
    FetchSettings limits, FetchTable table, FetchSender sender, FetchOutcomes outcomes, FetchUploads uploads, ILoggingAdapter log)
{
    /// <summary>How many frames came for fetches that were never asked for, or had ended.</summary>
    internal long Unknown { get; private set; }

    /// <summary>A frame has come.</summary>
    /// <returns>False for a frame that no fetch has.</returns>
    internal bool OnFrame(ChildFrames.UserFrame frame, IActorRef child, int processId)
    {
        if (table.TryFind(frame.Id, out var fetch) && fetch.IsWith(child))
            return OnFrame(fetch, frame, processId);
        if (sender.IsOfCancelled(frame, child))
            return true;
        // The frame is late, a duplicate, or about a fetch that was never sent. Only counts that are powers of two are logged, so that a flood does not fill the log.
        if (long.IsPow2(++Unknown))
            log.Warning("A {0} for the unknown fetch {1} came from network child {2}; {3} such answers so far", frame.GetType().Name, frame.Id, processId, Unknown);
        return true;
    }

    /// <summary>A requester takes more of a body.</summary>
    internal void OnGrant(PendingFetch fetch, long bytes)
    {
        if (!fetch.Request.Streamed)
            return;
        fetch.Save(bytes);
        // While the process has more than half of its window left, small grants are saved up: each message wakes the process.
        if (fetch.Granted - fetch.Received <= limits.InitialCredit / 2)
            PassSavedCredit(fetch);
    }

    private bool OnFrame(PendingFetch fetch, ChildFrames.UserFrame frame, int processId)
    {
        switch (frame)
        {
            case ChildFrames.Headers headers:
                OnHeaders(fetch, headers, processId);
                break;
            case ChildFrames.Chunk chunk:
                OnChunk(fetch, chunk);
                break;
            case ChildFrames.End when fetch.Headers is null:
                Report(fetch, new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {frame.Id} ended before its headers."));
                break;
            case ChildFrames.End end when end.Value.BodyBytes != fetch.Received - fetch.Base:
                Report(fetch, new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {frame.Id} ended at {end.Value.BodyBytes} bytes; {fetch.Received - fetch.Base} had come."));
                break;
            case ChildFrames.End end:
                outcomes.Complete(fetch, end.Value, processId);
                break;
            case ChildFrames.Error error:
                outcomes.Fail(fetch, error.Value.Kind, error.Value.Message);
                break;
            case ChildFrames.TooLarge tooLarge:
                outcomes.Fail(fetch, FetchErrorKind.TooLarge, $"The request exceeds the frame limit of {tooLarge.Limit} bytes.");
                break;
            case ChildFrames.Credit credit:
                uploads.OnCredit(fetch, credit.Bytes);
                break;
            case ChildFrames.Rewind rewind:
                Report(fetch, uploads.OnRewind(fetch, rewind.Pass));
                break;
            case ChildFrames.BodyUnwanted:
                Report(fetch, FetchUploads.OnUnwanted(fetch));
                break;
            default:
                return false;
        }
        return true;
    }

    private void OnHeaders(PendingFetch fetch, ChildFrames.Headers headers, int processId)
    {
        if (fetch.Base > 0 && !fetch.IsResumed)
        {
            // The server may answer the second attempt with another body than the first: then the two parts do not fit together.
            if (fetch.Continues(headers.Value))
                fetch.IsResumed = true;
            else
                outcomes.CancelAndFail(fetch, FetchErrorKind.ChildLost, "The network process was lost in the middle of the body, and the server does not resume it.");
            return;
        }
        if (fetch.Headers is not null)
        {
            Report(fetch, new ProtocolViolation(ViolationKind.OutOfState, $"Fetch {fetch.Id} got headers twice."));
            return;
        }
        fetch.Headers = headers.Value;
        if (fetch.Request.Streamed)
            fetch.Requester.Tell(new FetchHeadersArrived(fetch.Id, headers.Value, processId));
    }

    private void OnChunk(PendingFetch fetch, ChildFrames.Chunk chunk)
    {
        if (fetch.Accept(chunk.Offset, chunk.Data.Length) is { } violation)
        {
            Report(fetch, violation);
            return;
        }
        if (fetch.Request.Streamed)
        {
            fetch.Requester.Tell(new FetchChunk(fetch.Id, fetch.Base + chunk.Offset, chunk.Data));
            if (fetch.Granted - fetch.Received <= limits.InitialCredit / 2)
                PassSavedCredit(fetch);
            return;
        }
        fetch.Append(chunk.Data);
        // Credit is renewed when half of it is used: one message per piece would wake the process too often.
        if (fetch.Granted - fetch.Received < limits.InitialCredit / 2)
        {
            fetch.Grant(limits.InitialCredit);
            sender.Tell(fetch, new Credit(limits.InitialCredit));
        }
    }

    private void PassSavedCredit(PendingFetch fetch)
    {
        if (fetch.Router is not null && fetch.Spend() is > 0 and var bytes)
            sender.Tell(fetch, new Credit(bytes));
    }

    private static void Report(PendingFetch fetch, ProtocolViolation? violation)
    {
        if (violation is not null)
            fetch.Router!.Child.Tell(new ChildProcessActor.ReportViolation(violation));
    }
}
