using System.Diagnostics.Metrics;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Metrics of commands. Without a listener nothing is allocated.</summary>
internal static class CommandMetrics
{
    private static readonly Counter<long> StartedCount = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.command.started", "{command}", "Commands whose program was started.");

    private static readonly Counter<long> RefusedCount = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.command.refused", "{command}", "Commands whose program was not started, by kind (SpawnFailure).");

    private static readonly Counter<long> EndedCount = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.command.ended", "{command}", "Ends of commands, by outcome (ExitCause).");

    private static readonly Histogram<double> Duration = BrowserMeter.Source.CreateHistogram<double>(
        "actorbrowser.command.duration", "s", "From a command's start to its exit, by outcome.", advice: BrowserMeter.Seconds);

    /// <summary>Commands that started and are not over: processes or output of them may be left.</summary>
    internal static Level Active { get; } = BrowserMeter.Show("actorbrowser.command.active", "{command}", "Commands that run, or whose processes or output have not ended.");

    internal static void Started() => StartedCount.Add(1);

    internal static void Refused(SpawnFailure kind)
    {
        if (RefusedCount.Enabled)
            RefusedCount.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    internal static void Ended(CommandExit exit)
    {
        if (!EndedCount.Enabled && !Duration.Enabled)
            return;
        var outcome = new KeyValuePair<string, object?>("outcome", exit.Cause.ToString());
        EndedCount.Add(1, outcome);
        Duration.Record(exit.WallTime.TotalSeconds, outcome);
    }
}
