using System.Diagnostics.Metrics;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Metrics of fetches. Without a listener nothing is allocated.</summary>
internal static class FetchMetrics
{
    private static readonly Counter<long> StartedCount = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.fetch.started", "{fetch}", "Fetches that were accepted.");

    private static readonly Counter<long> EndedCount = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.fetch.ended", "{fetch}", "Ends of accepted fetches, and refusals, by outcome: Completed, Abandoned (the requester stopped), or a FetchErrorKind.");

    private static readonly Histogram<double> Duration = BrowserMeter.Source.CreateHistogram<double>(
        "actorbrowser.fetch.duration", "s", "From the acceptance of a fetch to its end, by outcome.", advice: BrowserMeter.Seconds);

    /// <summary>Fetches accepted and not over.</summary>
    internal static Level Active { get; } = BrowserMeter.Show("actorbrowser.fetch.active", "{fetch}", "Fetches that are under way or wait for a process.");

    internal static void Started() => StartedCount.Add(1);

    internal static void Refused(FetchErrorKind kind)
    {
        if (EndedCount.Enabled)
            EndedCount.Add(1, Outcome(kind.ToString()));
    }

    internal static void Completed(PendingFetch fetch) => Ended(fetch, "Completed");

    internal static void Abandoned(PendingFetch fetch) => Ended(fetch, "Abandoned");

    internal static void Failed(PendingFetch fetch, FetchErrorKind kind)
    {
        if (EndedCount.Enabled || Duration.Enabled)
            Ended(fetch, kind.ToString());
    }

    private static void Ended(PendingFetch fetch, string outcome)
    {
        EndedCount.Add(1, Outcome(outcome));
        if (Duration.Enabled)
            Duration.Record(fetch.Age.TotalSeconds, Outcome(outcome));
    }

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
