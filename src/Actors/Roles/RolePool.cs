using System.Diagnostics.CodeAnalysis;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>The children of a typed role: how many there are, and which gets the next request. Only for the role's actor.</summary>
internal sealed class RolePool(RoleSetup setup, RoleSender sender, IActorContext context, ActorTimers timers, ILoggingAdapter log)
{
    private readonly Dictionary<IActorRef, RoleChild> _all = [];
    private readonly RestartBudget _losses = new();
    private PluginReload? _reload;
    private int _generation;
    private int _lastGeneration;
    private string? _prepared;
    private Sandbox.SandboxPolicy? _policy = setup.Policy;

    internal PoolHealth Health { get; } = new(setup.Name, setup.Restart, timers, log);

    /// <summary>Whether no more spares are started.</summary>
    internal bool IsStopping { get; set; }

    internal int Count => _all.Count;

    // Without those that a reload starts, or has replaced.
    private int Current => CountOf(_generation, static _ => true);

    internal IEnumerable<RoleChild> All => _all.Values;

    internal int Busy => _all.Values.Count(static child => child.Calls.Count > 0);

    /// <summary>How many children are ready and have no request.</summary>
    internal int Idle => CountOf(_generation, static child => child is { IsReady: true, IsEnding: false, Calls.Count: 0 });

    private int Starting => CountOf(_generation, static child => !child.IsReady);

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
            if (!child.IsReady || child.IsEnding || child.IsDraining || child.Generation != _generation || child.Calls.Count >= setup.Limits.MaxConcurrent)
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
        if (_reload is { } reload && reload.Generation == child.Generation && CountOf(reload.Generation, static child => !child.IsReady) == 0)
            TakeOver(reload, user);
    }

    /// <summary>Starts the children that will load an assembly, as many as there are now.</summary>
    internal void Reload(string? path, IActorRef asker)
    {
        if (setup.Memory.Plugin is not { } present)
            throw new InvalidMessageException(nameof(RoleProtocol.ReloadPlugin), $"the role {setup.Name} is no plugin");
        if (_reload is not null)
            throw new InvalidMessageException(nameof(RoleProtocol.ReloadPlugin), $"a reload of {_reload.Path} is under way");
        _reload = new PluginReload(asker, path ?? present, ++_lastGeneration);
        for (var left = Math.Max(1, CountOf(_generation, static child => child is { IsReady: true, IsEnding: false })); left > 0; left--)
            Start(_reload.Generation, _reload.Path);
    }

    /// <summary>Gives a reload up; the present children serve on.</summary>
    internal void AbandonReload(Exception cause, IActorRef role)
    {
        if (_reload is not { } reload)
            return;
        _reload = null;
        foreach (var child in All.Where(child => child.Generation == reload.Generation))
            End(child);
        reload.Asker.Tell(new Akka.Actor.Status.Failure(cause), role);
    }

    /// <summary>A request of a child has ended: a replaced or drained child ends with its last one.</summary>
    internal void OnCallEnded(RoleChild child)
    {
        if ((child.IsDraining || child.Generation < _generation) && child.Calls.Count == 0)
            End(child);
    }

    /// <summary>Ends a child once it has answered what it has; it gets no more requests.</summary>
    internal void Drain(IActorRef actor)
    {
        if (!TryFind(actor, out var child))
            return;
        child.IsDraining = true;
        if (child.Calls.Count == 0)
            End(child);
    }

    private void TakeOver(PluginReload reload, IActorRef role)
    {
        _reload = null;
        _generation = reload.Generation;
        setup.Memory.Plugin = reload.Path;
        foreach (var old in All.Where(child => child.Generation < _generation && child.Calls.Count == 0))
            End(old);
        log.Info("{0} processes load {1} now", setup.Name, reload.Path);
        reload.Asker.Tell(new RoleProtocol.PluginReloaded(reload.Path, Current), role);
    }

    private static void End(RoleChild child)
    {
        if (child.IsEnding)
            return;
        child.IsEnding = true;
        child.Actor.Tell(ChildProcessProtocol.Shutdown.Instance);
    }

    /// <summary>Counts a removed child's end, and abandons the reload that it was started for.</summary>
    /// <returns>Why the requests that wait must be refused; null if they continue to wait.</returns>
    internal string? OnGone(RoleChild child, ChildLostException lost, ChildExited? exited, IActorRef role)
    {
        if (_reload?.Generation == child.Generation)
        {
            AbandonReload(lost, role);
            return null;
        }
        if (child.Generation != _generation)
            return null;
        if (!child.IsEnding)
            _losses.CountLoss(setup.Restart.Window, timers.Time);
        return child.IsReady ? null : Health.OnFailedStart(exited?.Message ?? lost.Message, exited);
    }

    /// <summary>Starts as many children as the waiting requests need and the limits allow, then spares.</summary>
    internal void StartFor(int waiting)
    {
        if (waiting > 0)
        {
            for (var room = Starting * setup.Limits.MaxConcurrent; room < waiting && Current < setup.Limits.MaxProcesses; room += setup.Limits.MaxConcurrent)
                Start(_generation, setup.Memory.Plugin);
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
        Start(_generation, setup.Memory.Plugin);
        Refill();
    }

    /// <summary>Ends children that have had no request for long, down to the spares.</summary>
    /// <returns>Whether there are children left to end later.</returns>
    internal bool EndIdle()
    {
        var surplus = Idle - setup.Limits.Spares;
        if (surplus <= 0)
            return false;
        foreach (var child in All.Where(child => child is { IsReady: true, IsEnding: false, Calls.Count: 0 } && child.Generation == _generation && timers.Time.GetElapsedTime(child.IdleSince) > setup.Limits.IdleTimeout).Take(surplus).ToArray())
            End(child);
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

    private bool WantsSpare => !IsStopping && Current < setup.Limits.MaxProcesses && Idle + Starting < setup.Limits.Spares;

    private void Start(int generation, string? plugin)
    {
        if (plugin != _prepared)
            (_prepared, _policy) = (plugin, setup.PolicyFor(plugin));
        var actor = context.ActorOf(ChildProcessActor.Props(setup.Name, setup.Settings, sender.ChildArgs(plugin ?? ""), setup.Launcher, _policy));
        context.Watch(actor);
        _all.Add(actor, new RoleChild(actor, generation));
    }

    // No query: the actor counts after each message, and a query allocates.
    private int CountOf(int generation, Func<RoleChild, bool> predicate)
    {
        var count = 0;
        foreach (var child in _all.Values)
            count += child.Generation == generation && predicate(child) ? 1 : 0;
        return count;
    }

    internal sealed class RefillTick
    {
        internal static readonly RefillTick Instance = new();
    }
}
