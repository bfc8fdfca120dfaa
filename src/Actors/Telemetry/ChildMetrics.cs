using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ActorBrowser;

/// <summary>Metrics of children. Every measurement has the tag <c>role</c>.</summary>
internal static class ChildMetrics
{
    private static readonly Histogram<double> StartDuration = BrowserMeter.Source.CreateHistogram<double>(
        "actorbrowser.child.start.duration", "s", "From the launch to Ready.", advice: BrowserMeter.Seconds);

    private static readonly UpDownCounter<long> Live = BrowserMeter.Source.CreateUpDownCounter<long>(
        "actorbrowser.child.live", "{child}", "Children that are ready and not gone.");

    private static readonly Counter<long> Exits = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.child.exits", "{child}", "Ends of children, by reason (ExitReason) and cause (KillCause).");

    private static readonly Counter<long> MissingLayers = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.sandbox.missing_layers", "{layer}", "Preferred layers of confinement that a started child lacks, by layer.");

    private static readonly Counter<long> Violations = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.sandbox.violations", "{call}", "Refused system calls, by call.");

    internal static void Started(string role, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("role", role);
        StartDuration.Record(duration.TotalSeconds, tag);
        Live.Add(1, tag);
    }

    internal static void Exited(string role, ExitReason reason, KillCause cause, bool wasReady)
    {
        if (wasReady)
            Live.Add(-1, new KeyValuePair<string, object?>("role", role));
        Exits.Add(1, new TagList { { "role", role }, { "reason", reason.ToString() }, { "cause", cause.ToString() } });
    }

    internal static void DoesWithout(string role, string layer) => MissingLayers.Add(1, new("role", role), new("layer", layer));

    internal static void Violated(string role, string call) => Violations.Add(1, new("role", role), new("call", call));
}
