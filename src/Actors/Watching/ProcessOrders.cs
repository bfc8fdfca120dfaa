using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>What a task manager can do with each process, and how it is done.</summary>
/// <param name="browser">The browser's actor.</param>
/// <param name="self">Is told how a reload ended.</param>
/// <param name="plugins">The typed roles that are plugins.</param>
internal sealed class ProcessOrders(IActorRef browser, IActorRef self, IReadOnlyCollection<string> plugins)
{
    /// <summary>What can be done with a process.</summary>
    internal ProcessOrder For(ProcessRecord record)
    {
        if (record.Actor.IsNobody() || record.State is ChildState.Exited or ChildState.Killing)
            return ProcessOrder.None;
        var orders = ProcessOrder.End;
        if (record.State is ChildState.Ready && CanDrain(record))
            orders |= ProcessOrder.Drain;
        if (record.Loan?.Tab is not null || (plugins.Contains(record.Role) && !IsSpawned(record)))
            orders |= ProcessOrder.Reload;
        return orders;
    }

    /// <summary>Does it.</summary>
    /// <param name="record">The process; null if it is gone.</param>
    /// <param name="order">What to do.</param>
    internal WatchProtocol.OrderTaken Give(ProcessRecord? record, ProcessOrder order)
    {
        if (record is null || For(record) == ProcessOrder.None)
            return new WatchProtocol.OrderTaken(false, "The process is gone, or is about to be.");
        if (order is not (ProcessOrder.End or ProcessOrder.Reload or ProcessOrder.Drain) || !For(record).HasFlag(order))
            return new WatchProtocol.OrderTaken(false, $"A {record.Role} process in this state cannot do that; it can: {For(record)}.");
        switch (order)
        {
            case ProcessOrder.End:
                record.Actor.Tell(new KillBecause("It was ended from a task manager."), ActorRefs.NoSender);
                return new WatchProtocol.OrderTaken(true, $"The {record.Role} process {record.ProcessId} is killed.");
            case ProcessOrder.Drain when IsSpawned(record):
                record.Actor.Tell(ChildProcessProtocol.Shutdown.Instance, ActorRefs.NoSender);
                return new WatchProtocol.OrderTaken(true, $"The {record.Role} process {record.ProcessId} was told to finish and to exit.");
            case ProcessOrder.Drain:
                ParentOf(record).Tell(new WorkerPool.DrainChild(record.Actor), ActorRefs.NoSender);
                return new WatchProtocol.OrderTaken(true, $"The {record.Role} process {record.ProcessId} gets no more work, and ends when it has none.");
            case ProcessOrder.Reload when record.Loan?.Tab is { } tab:
                tab.Tell(new TabProtocol.Reload(), ActorRefs.NoSender);
                return new WatchProtocol.OrderTaken(true, "The tab loads its page again.");
            default:
                ParentOf(record).Tell(new RoleProtocol.ReloadPlugin(), self);
                return new WatchProtocol.OrderTaken(true, $"New {record.Role} processes are started; the log says how it ended.");
        }
    }

    // The network's requests and commands have no end that could be waited for: a fetch may be a stream without end, a command a shell.
    private bool CanDrain(ProcessRecord record) => IsSpawned(record) || record.Role is not (NetworkContract.Name or CommandRunnerContract.Name);

    private bool IsSpawned(ProcessRecord record) => ParentOf(record).Equals(browser);

    private static IActorRef ParentOf(ProcessRecord record) => ((IInternalActorRef)record.Actor).Parent;
}
