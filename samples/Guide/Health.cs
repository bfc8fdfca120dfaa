using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Akka.Actor;
using static ActorBrowser.BrowserProtocol;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Samples.Guide;

// <!-- health -->
/// <summary>For a health endpoint: each question is answered at once, or fails if the browser has stopped.</summary>
public static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<string> OfAsync(IActorRef browser)
    {
        var fetches = await browser.Ask<FetchStats>(GetStats.Instance, Patience);
        var children = await browser.Ask<Children>(GetChildren.Instance, Patience);
        var network = await children.Network.Ask<ChildProcessProtocol.Status>(ChildProcessProtocol.GetStatus.Instance, Patience);
        var lost = await browser.Ask<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), Patience);
        return $"{fetches.Completed} fetches completed, {fetches.Failed} failed, {fetches.Pending} under way; "
            + $"network: {network.State} ({network.Image}), {network.Layers.Count(static layer => layer.Enforced)} layers in force; {lost.Reports.Count} children lost";
    }
}
// <!-- /health -->

// <!-- meter -->
/// <summary>Reads the meter without OpenTelemetry, which would use <c>AddMeter("ActorBrowser")</c>.</summary>
public sealed class FetchNumbers : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _ended = [];
    private readonly MeterListener _listener = new()
    {
        InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "ActorBrowser", Name: "actorbrowser.fetch.ended" })
                listener.EnableMeasurementEvents(instrument);
        },
    };

    public FetchNumbers()
    {
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "outcome", Value: string outcome })
                    _ended.AddOrUpdate(outcome, count, (_, before) => before + count);
            }
        });
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    public override string ToString() => string.Join(", ", _ended.Select(static pair => $"{pair.Value} {pair.Key}"));
}
// <!-- /meter -->
