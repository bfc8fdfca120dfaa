using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <content>How a fetch ends other than by its answer: cancelled, lost, late, left by its requester, or with the coordinator.</content>
internal sealed partial class FetchCoordinator
{
    private void EndAll(FetchErrorKind kind, string why)
    {
        Timers.CancelAll();
        foreach (var fetch in _pending.Values.ToArray())
        {
            Cancel(fetch);
            Fail(fetch, kind, why);
        }
        FetchMetrics.Active.Set(ref _measured, 0);
        _router?.Flush();
    }

    private void OnCancel(PendingFetch fetch)
    {
        Cancel(fetch);
        Fail(fetch, FetchErrorKind.Cancelled, "The fetch was cancelled.");
    }

    /// <summary>Tells the child to stop. What it still says of the fetch is expected, and reaches no actor.</summary>
    private void Cancel(PendingFetch fetch)
    {
        if (fetch.Router is null)
            return;
        Tell(fetch, default(FetchCancel));
        _cancelled.Add(fetch.Id);
    }

    private void OnDown(ChildSupervisor.Down down)
    {
        _unavailable = down.GivenUp;
        var lost = ProcessId;
        foreach (var fetch in _pending.Values.ToArray())
        {
            if (fetch.IsWith(down.Child) && down.GivenUp is null && fetch.TryReplay())
                Wait(fetch);
            else if (fetch.IsWith(down.Child))
                Fail(fetch, FetchErrorKind.ChildLost, $"The network process {lost} was lost: {down.Message}");
            else if (down.GivenUp is { } why && fetch.Router is null)
                Fail(fetch, FetchErrorKind.Unavailable, why);
        }
        if (down.Child.Equals(_router?.Child))
        {
            _router = null;
            _cancelled.Clear();
        }
        if (_pending.Count > 0)
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    private void OnRequesterGone(IActorRef requester)
    {
        if (!_byRequester.Remove(requester, out var ids))
            return;
        foreach (var id in ids)
        {
            if (!_pending.Remove(id, out var fetch))
                continue;
            _failed++;
            FetchMetrics.Abandoned(fetch);
            Cancel(fetch);
            StopWaiting(fetch);
            fetch.Release();
        }
    }

    // It was stopped, not restarted, and its child is killed with it. The browser makes another one.
    private void OnSupervisorGone()
    {
        _unavailable = "The network process's supervisor was stopped.";
        foreach (var fetch in _pending.Values.ToArray())
            Fail(fetch, fetch.Router is null ? FetchErrorKind.Unavailable : FetchErrorKind.ChildLost, _unavailable);
        _router = null;
        _cancelled.Clear();
        Context.Parent.Tell(SupervisorWanted.Instance);
    }

    private void OnSweep()
    {
        var now = Timers.Time.Milliseconds();
        foreach (var fetch in _pending.Values.ToArray())
        {
            if (now < fetch.Deadline)
                continue;
            if (fetch.Router is null)
            {
                FailWaiting(fetch);
                continue;
            }
            Cancel(fetch);
            Fail(fetch, FetchErrorKind.Timeout, "The network process did not keep the fetch's time limit.");
        }
        if (_pending.Count == 0)
            Timers.Cancel(SweepTick.Instance);
    }

    private void FailWaiting(PendingFetch fetch)
    {
        var what = fetch.Upload is { IsOpen: false } ? "The request's body was not open" : "No network process could be had";
        if (fetch.Total is { } total && fetch.Age >= total)
            Fail(fetch, FetchErrorKind.Timeout, $"{what} within the fetch's total timeout of {total.TotalSeconds:0.###} s.");
        else
            Fail(fetch, FetchErrorKind.Unavailable, $"{what} within {_settings.Fetch.QueueTimeout.TotalSeconds:0.###} s.");
    }

    private void Fail(PendingFetch fetch, FetchErrorKind kind, string message)
    {
        _failed++;
        FetchMetrics.Failed(fetch, kind);
        Forget(fetch);
        fetch.Requester.Tell(new FetchFailed(fetch.Id, kind, message, ProcessId));
    }

    private void Forget(PendingFetch fetch)
    {
        _pending.Remove(fetch.Id);
        StopWaiting(fetch);
        fetch.Release();
        // A question's reference was not remembered, and to look for it would make its path.
        if (fetch.Requester is not MinimalActorRef && _byRequester.TryGetValue(fetch.Requester, out var ids) && ids.Remove(fetch.Id) && ids.Count == 0)
        {
            _byRequester.Remove(fetch.Requester);
            Context.Unwatch(fetch.Requester);
        }
    }
}
