using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Fails fetches that have waited too long for a process or for their body, and fetches that a process did not end within the total timeout.</summary>
/// <param name="timers">The coordinator's timers.</param>
/// <param name="table">The fetches that have not ended.</param>
/// <param name="outcomes">Ends a fetch.</param>
/// <param name="patience">The longest wait of a fetch for a process, or for its body to be opened.</param>
internal sealed class FetchDeadlines(ActorTimers timers, FetchTable table, FetchOutcomes outcomes, TimeSpan patience)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Checks the deadlines periodically until no fetch is left.</summary>
    internal void Watch()
    {
        if (!timers.IsTimerActive(SweepTick.Instance))
            timers.StartPeriodicTimer(SweepTick.Instance, SweepTick.Instance, Interval);
    }

    /// <summary>Fails each fetch whose deadline has passed.</summary>
    internal void Sweep()
    {
        var now = timers.Time.Milliseconds();
        foreach (var fetch in table.All())
        {
            if (now < fetch.Deadline)
                continue;
            if (fetch.Router is null)
                FailWaiting(fetch);
            else
                outcomes.CancelAndFail(fetch, FetchErrorKind.Timeout, "The network process did not end the fetch within its total timeout.");
        }
        if (table.Count == 0)
            timers.Cancel(SweepTick.Instance);
    }

    private void FailWaiting(PendingFetch fetch)
    {
        var what = fetch.Upload is { IsOpen: false } ? "The request's body was not open" : "No network process was available";
        if (fetch.Total is { } total && fetch.Age >= total)
            outcomes.Fail(fetch, FetchErrorKind.Timeout, $"{what} within the fetch's total timeout of {total.TotalSeconds:0.###} s.");
        else
            outcomes.Fail(fetch, FetchErrorKind.Unavailable, $"{what} within {patience.TotalSeconds:0.###} s.");
    }

    /// <summary>The coordinator calls <see cref="Sweep"/> when it receives this.</summary>
    internal sealed class SweepTick
    {
        internal static readonly SweepTick Instance = new();
    }
}
