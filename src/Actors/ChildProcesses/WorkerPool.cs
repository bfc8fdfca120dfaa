using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Lends out processes of one role, each to one borrower at a time. A process that has worked for a site is lent again only for that
/// site, and only a limited number of times; other sites get a fresh process. A request that finds no process waits in a bounded
/// queue with a deadline. The pool starts spare processes when no request waits and none has come for a moment.
/// </summary>
internal sealed partial class WorkerPool : UntypedActor
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly string _role;
    private readonly ActorBrowserSettings _settings;
    private readonly PoolSettings _limits;
    private readonly IChildLauncher _launcher;
    private readonly IActorRef _parent = Context.Parent;
    private readonly PoolWorkers _workers = new();
    private readonly LeaseQueue _queue;
    private readonly PoolHealth _health;
    private PoolMetrics? _metrics;

    public WorkerPool(string role, ActorBrowserSettings settings, PoolSettings limits, IChildLauncher launcher)
    {
        _role = role;
        _settings = settings;
        _limits = limits;
        _launcher = launcher;
        _queue = new LeaseQueue(Timers.Time);
        _health = new PoolHealth(role, settings.Restart.For(role), Timers, Context.GetLogger());
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(string role, ActorBrowserSettings settings, PoolSettings limits, IChildLauncher launcher) =>
        Akka.Actor.Props.Create(() => new WorkerPool(role, settings, limits, launcher));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        var problem = $"The pool of {_role} processes failed and was restarted: {reason.GetType().Name}: {reason.Message}";
        if (message is Acquire acquire)
            Sender.Tell(new Refused(acquire.Lease, problem));
        EndAll(problem);
        // Stops the processes' actors, which kill the processes, because the new pool would not know their leases.
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Timers.CancelAll();
        // When the whole browser stops, the borrowers stop, too, and tell their own users why.
        if (_parent is ActorRefWithCell { Underlying.ChildrenContainer.IsTerminating: false })
            EndAll($"The pool of {_role} processes was stopped.");
        _metrics?.Show(0, 0, 0);
    }

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        (_metrics ??= new PoolMetrics(_role)).Show(_workers.Count, _workers.Idle, _queue.Count);
        return handled;
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Acquire acquire:
                OnAcquire(acquire);
                break;
            case Return returned:
                OnReturn(returned);
                break;
            case GiveUp giveUp:
                _queue.Remove(giveUp.Lease);
                break;
            case ChildReady ready:
                OnReady(ready);
                break;
            case ChildExited exited:
                OnGone(exited.Child, exited);
                break;
            case Terminated terminated:
                OnGone(terminated.ActorRef, null);
                OnBorrowerGone(terminated.ActorRef);
                break;
            case SandboxViolated:
                break;
            case DrainChild drain:
                OnDrain(drain.Child);
                break;
            case Refill:
                OnRefill();
                break;
            case Sweep:
                OnSweep();
                break;
            case PoolHealth.Trial:
                _health.AllowTrial();
                break;
            case GetPool:
                Sender.Tell(new PoolStatus(_role, _workers.Count, _workers.Lent, _workers.Idle, _queue.Count, _health.Problem));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAcquire(Acquire acquire)
    {
        if (_health.Refusal is { } why)
        {
            Sender.Tell(new Refused(acquire.Lease, why));
            return;
        }
        if (_queue.Count >= _limits.MaxWaiting)
        {
            Sender.Tell(new Refused(acquire.Lease, $"{_queue.Count} requests wait for {_role} processes already, as many as actorbrowser.pools.{_role}.max-waiting allows."));
            return;
        }
        _health.OnAccepted();
        _queue.Add(acquire.Lease, acquire.Site, Sender);
        Context.Watch(Sender);
        Serve();
    }

    private void Serve()
    {
        _queue.Take(TryLend);
        // Starts one process for each waiting request, minus the processes that are starting already, as far as the limit allows.
        var starting = _workers.Starting;
        while (starting < _queue.Count && MakeRoom())
        {
            Start();
            starting++;
        }
        if (_queue.Count == 0)
            Timers.StartSingleTimer(Refill.Instance, Refill.Instance, _limits.RefillAfter);
        if (HasDeadlines && !Timers.IsTimerActive(Sweep.Instance))
            Timers.StartPeriodicTimer(Sweep.Instance, Sweep.Instance, SweepEvery);
    }

    private bool TryLend(LeaseQueue.Request request)
    {
        if (_workers.FindFor(request.Site) is not { } worker)
            return false;
        request.Borrower.Tell(new Leased(request.Lease, worker.Lend(request)));
        return true;
    }

    private bool HasDeadlines => _queue.Count > 0 || _workers.HasUsedIdle;

    // At the limit, ends an idle process of another site.
    private bool MakeRoom()
    {
        if (_workers.Count < _limits.MaxProcesses)
            return true;
        if (_workers.FindUsedIdle() is not { } worker)
            return false;
        End(worker);
        return true;
    }

    private void OnReturn(Return returned)
    {
        if (!_workers.TryFind(returned.Child, out var worker) || worker.Lease != returned.Lease)
            return;
        worker.TakeBack(Timers.Time.GetTimestamp());
        if (!returned.Reusable || worker.IsDraining || worker.Uses >= _limits.MaxUses)
            End(worker);
        Serve();
    }

    private void OnDrain(IActorRef child)
    {
        if (!_workers.TryFind(child, out var worker))
            return;
        worker.IsDraining = true;
        if (worker.Lease is null)
            End(worker);
    }

    private void OnReady(ChildReady ready)
    {
        if (!_workers.TryFind(ready.Child, out var worker))
            return;
        worker.OnReady(ready.Router, Timers.Time.GetTimestamp());
        _health.OnReady();
        Serve();
    }

    private void OnGone(IActorRef child, ChildExited? exited)
    {
        if (!_workers.Remove(child, out var worker))
            return;
        Context.Unwatch(child);
        var message = exited?.Message ?? "Its actor failed.";
        if (worker.Lease is { } lease)
            worker.Borrower.Tell(new WorkerLost(lease, exited, message));
        if (!worker.IsReady && _health.OnFailedStart(message, exited) is { } problem)
            RefuseAll(problem);
        Serve();
    }

    private void OnBorrowerGone(IActorRef borrower)
    {
        _queue.RemoveAllOf(borrower);
        var lent = _workers.LentTo(borrower);
        foreach (var worker in lent)
            End(worker);
        // Another process may start now.
        if (lent.Length > 0)
            Serve();
    }

    private void OnRefill()
    {
        if (_queue.Count > 0 || _health.Problem is not null)
            return;
        if (_workers.Spares >= _limits.Spares || _workers.Count >= _limits.MaxProcesses || _workers.Starting > 0)
            return;
        Start();
        Timers.StartSingleTimer(Refill.Instance, Refill.Instance, _limits.RefillAfter);
    }

    private void OnSweep()
    {
        foreach (var overdue in _queue.TakeOverdue(_limits.QueueTimeout))
            overdue.Borrower.Tell(new Refused(overdue.Lease, $"No {_role} process was available within {_limits.QueueTimeout.TotalSeconds:0.###} s: {_workers.Count} of {_limits.MaxProcesses} are in use. Retry later, or raise actorbrowser.pools.{_role}.max-processes."));
        foreach (var worker in _workers.IdleFor(_limits.IdleTimeout, Timers.Time))
            End(worker);
        // An idle pool has no timer, so it does not wake the process.
        if (!HasDeadlines)
            Timers.Cancel(Sweep.Instance);
    }

    private void Start()
    {
        var child = Context.ActorOf(ChildProcessActor.Props(_role, _settings, [], _launcher));
        Context.Watch(child);
        _workers.Add(child);
    }

    // Kills the process instead of shutting it down: without a borrower it has nothing to finish.
    private void End(PoolWorkers.Worker worker)
    {
        _workers.Remove(worker.Child, out _);
        worker.Child.Tell(ChildProcessProtocol.Kill.Instance);
    }

    private void RefuseAll(string problem)
    {
        foreach (var waiting in _queue.TakeAll())
            waiting.Borrower.Tell(new Refused(waiting.Lease, problem));
    }

    /// <summary>Tells every actor that waits for a process or has borrowed one that the pool has no process any more.</summary>
    private void EndAll(string problem)
    {
        RefuseAll(problem);
        foreach (var worker in _workers.AllLent())
        {
            worker.Borrower.Tell(new WorkerLost(worker.Lease!, null, problem));
            worker.EndLease();
        }
    }
}
