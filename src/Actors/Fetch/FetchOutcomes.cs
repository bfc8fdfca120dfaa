using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Ends each accepted fetch exactly once: takes it out of the table and the queue, counts it and tells its requester.</summary>
/// <param name="table">Has the fetch until it ends.</param>
/// <param name="queue">Has it while it waits for a process.</param>
/// <param name="sender">Tells the process about a cancellation.</param>
internal sealed class FetchOutcomes(FetchTable table, FetchQueue queue, FetchSender sender)
{
    /// <summary>How many fetches were answered.</summary>
    internal long Completed { get; private set; }

    /// <summary>How many fetches were refused, failed or abandoned.</summary>
    internal long Failed { get; private set; }

    /// <summary>A fetch was refused by <see cref="Entry"/>, which has told its requester.</summary>
    internal void OnInvalid() => Failed++;

    /// <summary>A fetch is not accepted.</summary>
    internal void Refuse(ulong id, in FetchError refusal, IActorRef requester)
    {
        Failed++;
        FetchMetrics.Refused(refusal.Kind);
        requester.Tell(new FetchFailed(id, refusal.Kind, refusal.Message, 0));
    }

    /// <summary>The whole answer has come.</summary>
    internal void Complete(PendingFetch fetch, in FetchEnd end, int processId)
    {
        Completed++;
        FetchMetrics.Completed(fetch);
        Forget(fetch);
        fetch.Requester.Tell(fetch.Request.Streamed
            ? new FetchCompleted(fetch.Id, end with { BodyBytes = fetch.Received })
            : new FetchResponse(fetch.Id, fetch.Headers!.Value, fetch.Body, end, processId));
    }

    /// <summary>A fetch fails that no process has, or whose process has given it up.</summary>
    internal void Fail(PendingFetch fetch, FetchErrorKind kind, string message)
    {
        Failed++;
        FetchMetrics.Failed(fetch, kind);
        Forget(fetch);
        fetch.Requester.Tell(new FetchFailed(fetch.Id, kind, message, sender.ProcessId));
    }

    /// <summary>A fetch fails that a process may still work on: the process is told to stop it.</summary>
    internal void CancelAndFail(PendingFetch fetch, FetchErrorKind kind, string message)
    {
        sender.Cancel(fetch);
        Fail(fetch, kind, message);
    }

    /// <summary>A requester has stopped, and its fetches end without an answer.</summary>
    internal void AbandonAllOf(IActorRef requester)
    {
        foreach (var fetch in table.RemoveAllOf(requester))
        {
            Failed++;
            FetchMetrics.Abandoned(fetch);
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
