namespace ActorBrowser;

/// <summary>One pool's share of its role's metrics.</summary>
internal sealed class PoolMetrics(string role)
{
    private static readonly LevelsByRole Processes = BrowserMeter.ShowByRole("actorbrowser.pool.processes", "{process}", "Processes of a pool: starting, idle and lent.");
    private static readonly LevelsByRole Spare = BrowserMeter.ShowByRole("actorbrowser.pool.spare", "{process}", "Processes of a pool that are ready and not lent.");
    private static readonly LevelsByRole Waiting = BrowserMeter.ShowByRole("actorbrowser.pool.waiting", "{request}", "Requests that wait for a process of a pool.");

    private readonly Level _processes = Processes.Of(role);
    private readonly Level _spare = Spare.Of(role);
    private readonly Level _waiting = Waiting.Of(role);
    private long _ofProcesses;
    private long _ofSpare;
    private long _ofWaiting;

    internal void Show(int processes, int spare, int waiting)
    {
        _processes.Set(ref _ofProcesses, processes);
        _spare.Set(ref _ofSpare, spare);
        _waiting.Set(ref _ofWaiting, waiting);
    }
}
