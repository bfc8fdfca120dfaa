using System.Diagnostics.Metrics;

namespace ActorBrowser;

/// <summary>One tab's share of the metrics.</summary>
internal sealed class TabMetrics
{
    private static readonly Level Open = BrowserMeter.Show("actorbrowser.tab.open", "{tab}", "Open tabs, crashed ones included.");
    private static readonly Level Crashed = BrowserMeter.Show("actorbrowser.tab.crashed", "{tab}", "Open tabs whose page has lost its renderer and was not loaded again.");

    private static readonly Counter<long> Crashes = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.tab.crashes", "{crash}", "Pages that were lost with their renderer.");

    private long _open;
    private long _crashed;

    internal static void Crash() => Crashes.Add(1);

    internal void Show(TabState state)
    {
        Open.Set(ref _open, state == TabState.Closed ? 0 : 1);
        Crashed.Set(ref _crashed, state == TabState.Crashed ? 1 : 0);
    }
}
