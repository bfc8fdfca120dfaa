using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Processes of one role, some warm and unused, lent out one at a time. A process that has worked for a site is lent again
/// for that site only, and not more than so many times; for any other it is a fresh one. Whoever finds none waits, with a
/// deadline, in a bounded queue. Spares are made when nobody waits and the pool has been quiet for a moment.
/// </summary>
internal sealed partial class WorkerPool : UntypedActor
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly string _role;
    private readonly ActorBrowserSettings _settings;
    private readonly PoolSettings _limits;
    private readonly IChildLauncher _launcher;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _parent = Context.Parent;
    private readonly Dictionary<IActorRef, Worker> _workers = [];
    private readonly LinkedList<Waiting> _queue = new();
    private readonly Queue<long> _failures = new();
    private string? _degraded;
    private bool _trial;
    private int _deadStarts;

    public WorkerPool(string role, ActorBrowserSettings settings, PoolSettings limits, IChildLauncher launcher)
    {
        _role = role;
        _settings = settings;
        _limits = limits;
        _launcher = launcher;
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(string role, ActorBrowserSettings settings, PoolSettings limits, IChildLauncher launcher) =>
        Akka.Actor.Props.Create(() => new WorkerPool(role, settings, limits, launcher));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

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
                Remove(giveUp.Lease);
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
            case Refill:
                OnRefill();
                break;
            case Sweep:
                OnSweep();
                break;
            case Trial:
                _trial = true;
                break;
            case GetPool:
                Sender.Tell(new PoolStatus(_role, _workers.Count, _workers.Values.Count(static worker => worker.Lease is not null), Idle, _queue.Count, _degraded));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAcquire(Acquire acquire)
    {
        if (_degraded is { } why && !_trial)
        {
            Sender.Tell(new Refused(acquire.Lease, why));
            return;
        }
        if (_queue.Count >= _limits.MaxWaiting)
        {
            Sender.Tell(new Refused(acquire.Lease, $"{_queue.Count} requests wait for a {_role} process already."));
            return;
        }
        _trial = false;
        _queue.AddLast(new Waiting(acquire.Lease, acquire.Site, Sender, Timers.Time.GetTimestamp()));
        Context.Watch(Sender);
        Serve();
    }

    private void Serve()
    {
        for (var node = _queue.First; node is not null;)
        {
            var next = node.Next;
            if (Pick(node.Value.Site) is { } worker)
            {
                _queue.Remove(node);
                Lend(worker, node.Value);
            }
            node = next;
        }
        // One process for each who waits, as far as none is on its way and the limit allows.
        var coming = _workers.Values.Count(static worker => !worker.Ready && worker.Lease is null);
        while (coming < _queue.Count && MakeRoom())
        {
            Spawn();
            coming++;
        }
        if (_queue.Count == 0)
            Timers.StartSingleTimer(Refill.Instance, Refill.Instance, _limits.RefillAfter);
        if (HasDeadlines && !Timers.IsTimerActive(Sweep.Instance))
            Timers.StartPeriodicTimer(Sweep.Instance, Sweep.Instance, SweepEvery);
    }

    /// <summary>Whether somebody waits, or a process that has worked for a site lies idle: both for so long and no longer.</summary>
    private bool HasDeadlines => _queue.Count > 0 || _workers.Values.Any(static worker => worker is { Ready: true, Lease: null, Site: not null });

    private Worker? Pick(string site)
    {
        Worker? fresh = null;
        foreach (var worker in _workers.Values)
        {
            if (!worker.Ready || worker.Lease is not null)
                continue;
            if (worker.Site == site)
                return worker;
            if (worker.Site is null)
                fresh ??= worker;
        }
        return fresh;
    }

    // At the limit, an idle process of another site gives way.
    private bool MakeRoom()
    {
        if (_workers.Count < _limits.MaxProcesses)
            return true;
        foreach (var worker in _workers.Values)
        {
            if (worker.Lease is null && worker.Ready && worker.Site is not null)
            {
                End(worker);
                return true;
            }
        }
        return false;
    }

    private void Lend(Worker worker, in Waiting waiting)
    {
        worker.Lease = waiting.Lease;
        worker.Borrower = waiting.Borrower;
        worker.Site = waiting.Site;
        worker.Uses++;
        worker.Router!.User = waiting.Borrower;
        waiting.Borrower.Tell(new Leased(waiting.Lease, worker.Router));
    }

    private void OnReturn(Return returned)
    {
        if (!_workers.TryGetValue(returned.Child, out var worker) || worker.Lease != returned.Lease)
            return;
        (worker.Lease, worker.Borrower) = (null, ActorRefs.Nobody);
        worker.IdleSince = Timers.Time.GetTimestamp();
        worker.Router!.User = ActorRefs.Nobody;
        if (!returned.Reusable || worker.Uses >= _limits.MaxUses)
            End(worker);
        Serve();
    }

    private void Remove(object lease)
    {
        for (var node = _queue.First; node is not null; node = node.Next)
        {
            if (!node.Value.Lease.Equals(lease))
                continue;
            _queue.Remove(node);
            return;
        }
    }

    private void OnReady(ChildReady ready)
    {
        if (!_workers.TryGetValue(ready.Child, out var worker))
            return;
        worker.Router = ready.Router;
        worker.IdleSince = Timers.Time.GetTimestamp();
        if (_degraded is not null)
            _log.Info("{0} processes can be had again", _role);
        _degraded = null;
        _deadStarts = 0;
        _failures.Clear();
        Timers.Cancel(Trial.Instance);
        Serve();
    }

    private void OnGone(IActorRef child, ChildExited? exited)
    {
        if (!_workers.Remove(child, out var worker))
            return;
        Context.Unwatch(child);
        if (worker.Lease is { } lease)
            worker.Borrower.Tell(new WorkerLost(lease, exited, exited?.Message ?? "Its actor failed."));
        if (!worker.Ready)
        {
            _deadStarts = exited is { DiedAtStart: true } ? _deadStarts + 1 : 0;
            OnFailedStart(exited?.Message ?? "Its actor failed.", exited is { WillRecur: true } || _deadStarts > 1);
        }
        Serve();
    }

    // A role that cannot be started is not tried again and again: who waits is told at once, and one later may try.
    private void OnFailedStart(string message, bool willRecur)
    {
        var now = Timers.Time.GetTimestamp();
        _failures.Enqueue(now);
        while (_failures.TryPeek(out var oldest) && Timers.Time.GetElapsedTime(oldest, now) > _settings.Restart.For(_role).Window)
            _failures.Dequeue();
        if (!willRecur && _failures.Count <= _settings.Restart.For(_role).MaxRestarts && _degraded is null)
            return;
        _degraded = $"No {_role} process can be started: {message}";
        _log.Error(_degraded);
        foreach (var waiting in _queue)
            waiting.Borrower.Tell(new Refused(waiting.Lease, _degraded));
        _queue.Clear();
        Timers.StartSingleTimer(Trial.Instance, Trial.Instance, _settings.Restart.For(_role).GiveUpFor);
    }

    private void OnBorrowerGone(IActorRef borrower)
    {
        for (var node = _queue.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Borrower.Equals(borrower))
                _queue.Remove(node);
            node = next;
        }
        var lent = _workers.Values.Where(worker => worker.Borrower.Equals(borrower)).ToArray();
        foreach (var worker in lent)
            End(worker);
        // There is room now for who waits.
        if (lent.Length > 0)
            Serve();
    }

    private void OnRefill()
    {
        if (_queue.Count > 0 || _degraded is not null)
            return;
        var spare = _workers.Values.Count(static worker => worker.Lease is null && worker.Site is null);
        if (spare >= _limits.Spares || _workers.Count >= _limits.MaxProcesses || _workers.Values.Any(static worker => !worker.Ready))
            return;
        Spawn();
        Timers.StartSingleTimer(Refill.Instance, Refill.Instance, _limits.RefillAfter);
    }

    private void OnSweep()
    {
        for (var node = _queue.First; node is not null;)
        {
            var next = node.Next;
            if (Timers.Time.GetElapsedTime(node.Value.Since) > _limits.QueueTimeout)
            {
                _queue.Remove(node);
                node.Value.Borrower.Tell(new Refused(node.Value.Lease, $"No {_role} process could be had within {_limits.QueueTimeout.TotalSeconds:0.###} s: {_workers.Count} of {_limits.MaxProcesses} are in use."));
            }
            node = next;
        }
        foreach (var worker in _workers.Values.ToArray())
        {
            if (worker.Lease is null && worker.Site is not null && worker.Ready && Timers.Time.GetElapsedTime(worker.IdleSince) > _limits.IdleTimeout)
                End(worker);
        }
        // A pool at rest costs nothing.
        if (!HasDeadlines)
            Timers.Cancel(Sweep.Instance);
    }

    private void Spawn()
    {
        var child = Context.ActorOf(ChildProcessActor.Props(_role, _settings, [], _launcher));
        Context.Watch(child);
        _workers.Add(child, new Worker(child));
    }

    // It holds nothing worth a farewell.
    private void End(Worker worker)
    {
        _workers.Remove(worker.Child);
        worker.Child.Tell(ChildProcessProtocol.Kill.Instance);
    }

    private sealed class Worker(IActorRef child)
    {
        internal IActorRef Child { get; } = child;

        /// <summary>Once it is ready.</summary>
        internal ChildRouter? Router { get; set; }

        internal bool Ready => Router is not null;

        /// <summary>What it has worked for; null while it is fresh.</summary>
        internal string? Site { get; set; }

        internal object? Lease { get; set; }

        internal IActorRef Borrower { get; set; } = ActorRefs.Nobody;

        internal int Uses { get; set; }

        internal long IdleSince { get; set; }
    }

    private readonly record struct Waiting(object Lease, string Site, IActorRef Borrower, long Since);
}
