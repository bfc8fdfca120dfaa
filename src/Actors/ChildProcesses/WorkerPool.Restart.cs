using Akka.Actor;

namespace ActorBrowser;

/// <content>What a restart and a stop end: all processes, as their leases cannot be known again, and all requests.</content>
internal sealed partial class WorkerPool
{
    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        var problem = $"The pool of {_role} processes failed and was made anew: {reason.GetType().Name}: {reason.Message}";
        if (message is Acquire acquire)
            Sender.Tell(new Refused(acquire.Lease, problem));
        TellAll(problem);
        // Stops the actors of the processes, which ends these.
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Timers.CancelAll();
        // With the browser its borrowers stop, too, and say why themselves.
        if (_parent is ActorRefWithCell { Underlying.ChildrenContainer.IsTerminating: false })
            TellAll($"The pool of {_role} processes was stopped.");
        _metrics?.Show(0, 0, 0);
    }

    /// <summary>Each who waits, and each who has a process, is told that there is none any more.</summary>
    private void TellAll(string problem)
    {
        foreach (var waiting in _queue)
            waiting.Borrower.Tell(new Refused(waiting.Lease, problem));
        _queue.Clear();
        foreach (var worker in _workers.Values)
        {
            if (worker.Lease is { } lease)
                worker.Borrower.Tell(new WorkerLost(lease, null, problem));
            worker.Lease = null;
        }
    }
}
