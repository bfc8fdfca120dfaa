using System.Diagnostics.Metrics;

namespace ActorBrowser;

/// <summary>Measurements of commands' connections.</summary>
internal static class EgressMetrics
{
    internal const string Connected = "Connected", Denied = "Denied", Failed = "Failed";

    private static readonly Counter<long> Count = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.egress.connections", "{connection}", "Connections that commands asked for, by outcome (Connected, Denied, Failed).");

    internal static void Ended(string outcome)
    {
        if (Count.Enabled)
            Count.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
    }
}
