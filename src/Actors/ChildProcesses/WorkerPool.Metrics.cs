using Akka.Actor;

namespace ActorBrowser;

/// <content>What the meter shows of it, from its first message to its end.</content>
internal sealed partial class WorkerPool
{
    private PoolMetrics? _metrics;

    private int Idle
    {
        get
        {
            var count = 0;
            // Not by a query: it is counted after each message, and a query allocates.
            foreach (var worker in _workers.Values)
                count += worker.Ready && worker.Lease is null ? 1 : 0;
            return count;
        }
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        (_metrics ??= new PoolMetrics(_role)).Show(_workers.Count, Idle, _queue.Count);
        return handled;
    }
}
