using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Matches the network process's frames to fetches, checks their order, and passes response data on to the requesters as far as they grant credit.</summary>
/// <param name="limits">The limits of a fetch.</param>
/// <param name="table">The fetches that have not ended.</param>
/// <param name="sender">Passes credit on to the process.</param>
/// <param name="outcomes">Ends a fetch.</param>
/// <param name="uploads">Handles the frames about request bodies.</param>
/// <param name="log">The coordinator's log.</param>
internal sealed class FetchAnswers(
    FetchSettings limits, FetchTable table, FetchSender sender, FetchOutcomes outcomes, FetchUploads uploads, ILoggingAdapter log)
{
    /// <summary>The number of frames whose fetch never existed or had ended.</summary>
    internal long Unknown { get; private set; }

    /// <summary>Handles a frame from a network process.</summary>
    /// <returns>False if the frame's type belongs to no fetch.</returns>
    internal bool OnFrame(ChildFrames.UserFrame frame, IActorRef child, int processId)
    {
        if (table.TryFind(frame.Id, out var fetch) && fetch.IsWith(child))
            return OnFrame(fetch, frame, processId);
        if (sender.IsOfCancelled(frame, child))
            return true;
        // The frame is late, a duplicate, or about a fetch that was never sent. Only counts that are powers of two are logged, so that a flood does not fill the log.
        if (long.IsPow2(++Unknown))
            log.Warning("Network child {2} sent a {0} for the unknown fetch {1}; {3} such frames so far", frame.GetType().Name, frame.Id, processId, Unknown);
        return true;
    }

    /// <summary>Adds the credit that a requester granted for a response body.</summary>
    internal void OnGrant(PendingFetch fetch, long bytes)
    {
        if (!fetch.Request.Streamed)
            return;
        fetch.Save(bytes);
        // Small grants are saved while the process has more than half of its window left, because each message wakes the process.
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
                Report(fetch, new ProtocolViolation(ViolationKind.OutOfState, $"The child ended fetch {frame.Id} before it sent headers."));
                break;
            case ChildFrames.End end when end.Value.BodyBytes != fetch.Received - fetch.Base:
                Report(fetch, new ProtocolViolation(ViolationKind.OutOfState, $"The child ended fetch {frame.Id} at {end.Value.BodyBytes} bytes; it had sent {fetch.Received - fetch.Base}."));
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
            // The server may send the second attempt a different body than the first: the two parts would not fit together.
            if (fetch.Continues(headers.Value))
                fetch.IsResumed = true;
            else
                outcomes.CancelAndFail(fetch, FetchErrorKind.ChildLost, $"The network process was lost after {fetch.Base} bytes of the body, and the server did not resume the body from there.");
            return;
        }
        if (fetch.Headers is not null)
        {
            Report(fetch, new ProtocolViolation(ViolationKind.OutOfState, $"The child sent headers for fetch {fetch.Id} twice."));
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
        // Credit is renewed once half of it is used: a message for each piece would wake the process too often.
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
