using System.Diagnostics.CodeAnalysis;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>The children of a typed role: how many there are, and which gets the next request. Only for the role's actor.</summary>
internal sealed class RolePool(RoleSetup setup, byte[] args, IActorContext context, ActorTimers timers, ILoggingAdapter log)
{
    private readonly Dictionary<IActorRef, RoleChild> _all = [];
    private readonly RestartBudget _losses = new();

    internal PoolHealth Health { get; } = new(setup.Name, setup.Restart, timers, log);

    /// <summary>Whether no more spares are started.</summary>
    internal bool IsStopping { get; set; }

    internal int Count => _all.Count;

    internal IEnumerable<RoleChild> All => _all.Values;

    internal int Busy => _all.Values.Count(static child => child.Calls.Count > 0);

    /// <summary>How many children are ready and have no request.</summary>
    internal int Idle => CountOf(static child => child is { IsReady: true, IsEnding: false, Calls.Count: 0 });

    private int Starting => CountOf(static child => !child.IsReady);

    internal bool TryFind(IActorRef actor, [NotNullWhen(true)] out RoleChild? child) => _all.TryGetValue(actor, out child);

    internal bool Remove(IActorRef actor, [NotNullWhen(true)] out RoleChild? child)
    {
        if (!_all.Remove(actor, out child))
            return false;
        context.Unwatch(actor);
        return true;
    }

    /// <summary>Finds the child with the fewest requests that takes one more; null if there is none. Among equals the one that worked last, whose code and data are warm.</summary>
    internal RoleChild? FindFree()
    {
        RoleChild? best = null;
        foreach (var child in _all.Values)
        {
            if (!child.IsReady || child.IsEnding || child.Calls.Count >= setup.Limits.MaxConcurrent)
                continue;
            if (best is null || child.Calls.Count < best.Calls.Count || (child.Calls.Count == best.Calls.Count && child.IdleSince > best.IdleSince))
                best = child;
        }
        return best;
    }

    internal void OnReady(ChildReady ready, IActorRef user)
    {
        if (!TryFind(ready.Child, out var child))
            return;
        child.OnReady(ready.Router!, user, timers.Time.GetTimestamp(), setup.Limits.Window);
        Health.OnReady();
    }

    /// <summary>Counts a removed child's end.</summary>
    /// <returns>Why the requests that wait must be refused; null if they continue to wait.</returns>
    internal string? OnGone(RoleChild child, ChildLostException lost, ChildExited? exited)
    {
        if (!child.IsEnding)
            _losses.CountLoss(setup.Restart.Window, timers.Time);
        return child.IsReady ? null : Health.OnFailedStart(exited?.Message ?? lost.Message, exited);
    }

    /// <summary>Starts as many children as the waiting requests need and the limits allow, then spares.</summary>
    internal void StartFor(int waiting)
    {
        if (waiting > 0)
        {
            for (var room = Starting * setup.Limits.MaxConcurrent; room < waiting && Count < setup.Limits.MaxProcesses; room += setup.Limits.MaxConcurrent)
                Start();
        }
        Refill();
    }

    // Spares are started a moment later, so that they do not delay the request that took the last one; and children that die at once
    // are started less and less often.
    internal void Refill()
    {
        if (!WantsSpare || timers.IsTimerActive(RefillTick.Instance))
            return;
        var losses = _losses.Losses(setup.Restart.Window, timers.Time);
        timers.StartSingleTimer(RefillTick.Instance, RefillTick.Instance, losses == 0 ? setup.Limits.RefillAfter : setup.Restart.Backoff(losses, 0));
    }

    internal void OnRefill()
    {
        if (!WantsSpare || Health.Problem is not null)
            return;
        Start();
        Refill();
    }

    /// <summary>Ends children that have had no request for long, down to the spares.</summary>
    /// <returns>Whether there are children left to end later.</returns>
    internal bool EndIdle()
    {
        var surplus = Idle - setup.Limits.Spares;
        if (surplus <= 0)
            return false;
        foreach (var child in All.Where(child => child is { IsReady: true, IsEnding: false, Calls.Count: 0 } && timers.Time.GetElapsedTime(child.IdleSince) > setup.Limits.IdleTimeout).Take(surplus).ToArray())
        {
            child.IsEnding = true;
            child.Actor.Tell(ChildProcessProtocol.Shutdown.Instance);
        }
        return true;
    }

    /// <summary>Kills a child whose handler does not obey.</summary>
    internal void EndForOverrun(RoleChild child)
    {
        child.IsEnding = true;
        child.Actor.Tell(new KillBecause(
            $"A request was cancelled, and its handler went on for longer than the {setup.Limits.CancelGrace.TotalSeconds:0.###} s that actorbrowser.{RoleSettings.Defaults}.cancel-grace allows."));
    }

    /// <summary>Kills a child that broke the protocol. Its exit answers its requests.</summary>
    internal static void EndForViolation(RoleChild child, string problem)
    {
        child.IsEnding = child.IsHostile = true;
        child.Actor.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(ViolationKind.MalformedBody, problem)));
    }

    private bool WantsSpare => !IsStopping && Count < setup.Limits.MaxProcesses && Idle + Starting < setup.Limits.Spares;

    private void Start()
    {
        var child = context.ActorOf(ChildProcessActor.Props(setup.Name, setup.Settings, args, setup.Launcher, setup.Policy));
        context.Watch(child);
        _all.Add(child, new RoleChild(child));
    }

    // No query: the actor counts after each message, and a query allocates.
    private int CountOf(Func<RoleChild, bool> predicate)
    {
        var count = 0;
        foreach (var child in _all.Values)
            count += predicate(child) ? 1 : 0;
        return count;
    }

    internal sealed class RefillTick
    {
        internal static readonly RefillTick Instance = new();
    }
}
