using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Ends each accepted fetch exactly once: takes it out of the table and the queue, counts it and tells its requester.</summary>
/// <param name="table">Holds each fetch until it ends.</param>
/// <param name="queue">Holds each fetch that waits for a process.</param>
/// <param name="sender">Tells the process about a cancellation.</param>
internal sealed class FetchOutcomes(FetchTable table, FetchQueue queue, FetchSender sender)
{
    /// <summary>The number of fetches that ended with a response.</summary>
    internal long Completed { get; private set; }

    /// <summary>The number of fetches that were refused, failed or were abandoned.</summary>
    internal long Failed { get; private set; }

    /// <summary>Counts a fetch that <see cref="Entry"/> refused; Entry has told its requester.</summary>
    internal void OnInvalid() => Failed++;

    /// <summary>Refuses a fetch and tells its requester why.</summary>
    internal void Refuse(ulong id, Fetch fetch, in FetchError refusal, IActorRef requester)
    {
        Failed++;
        FetchSpans.Refuse(fetch, refusal);
        FetchMetrics.Refused(refusal.Kind);
        requester.Tell(new FetchFailed(id, refusal.Kind, refusal.Message, 0));
    }

    /// <summary>Ends a fetch whose whole response has arrived.</summary>
    internal void Complete(PendingFetch fetch, in FetchEnd end, int processId)
    {
        Completed++;
        FetchMetrics.Completed(fetch);
        FetchSpans.Complete(fetch, end);
        Forget(fetch);
        fetch.Requester.Tell(fetch.Request.Streamed
            ? new FetchCompleted(fetch.Id, end with { BodyBytes = fetch.Received })
            : new FetchResponse(fetch.Id, fetch.Headers!.Value, fetch.Body, end, processId));
    }

    /// <summary>Fails a fetch that no process works on.</summary>
    internal void Fail(PendingFetch fetch, FetchErrorKind kind, string message)
    {
        Failed++;
        FetchMetrics.Failed(fetch, kind);
        if (fetch.Span is not null)
            FetchSpans.Fail(fetch, kind.ToString(), message);
        Forget(fetch);
        fetch.Requester.Tell(new FetchFailed(fetch.Id, kind, message, sender.ProcessId));
    }

    /// <summary>Fails a fetch that a process may still work on, and tells that process to stop it.</summary>
    internal void CancelAndFail(PendingFetch fetch, FetchErrorKind kind, string message)
    {
        sender.Cancel(fetch);
        Fail(fetch, kind, message);
    }

    /// <summary>Ends the fetches of a requester that has stopped, without an answer.</summary>
    internal void AbandonAllOf(IActorRef requester)
    {
        foreach (var fetch in table.RemoveAllOf(requester))
        {
            Failed++;
            FetchMetrics.Abandoned(fetch);
            FetchSpans.Fail(fetch, "Abandoned", "The requester has stopped.");
            sender.Cancel(fetch);
            queue.Remove(fetch);
            fetch.Release();
        }
    }

    private void Forget(PendingFetch fetch)
    {
        table.Remove(fetch);
        queue.Remove(fetch);
        fetch.Release();
    }
}
