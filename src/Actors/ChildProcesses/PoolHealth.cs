using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Decides whether a pool can start processes. After too many failed starts it refuses every request, except one from time to time
/// as a trial.
/// </summary>
/// <param name="role">The processes' role.</param>
/// <param name="policy">How many starts may fail, and for how long requests are then refused.</param>
/// <param name="timers">The pool's timers.</param>
/// <param name="log">The pool's log.</param>
internal sealed class PoolHealth(string role, RestartSettings policy, ActorTimers timers, ILoggingAdapter log)
{
    private readonly RestartBudget _budget = new();
    private bool _trial;

    /// <summary>Why no process can be started; null if one can.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Why the next request is refused; null if it is accepted.</summary>
    internal string? Refusal => _trial ? null : Problem;

    /// <summary>Accepts the next request as a trial.</summary>
    internal void AllowTrial() => _trial = true;

    /// <summary>Ends the trial, because a request was accepted.</summary>
    internal void OnAccepted() => _trial = false;

    /// <summary>Accepts all requests again, because a process is ready.</summary>
    internal void OnReady()
    {
        if (Problem is not null)
            log.Info("{0} processes can be started again", role);
        Problem = null;
        _budget.Clear();
        timers.Cancel(Trial.Instance);
    }

    /// <summary>Counts a process that ended before it was ready.</summary>
    /// <returns>Why the waiting requests must be refused; null if they continue to wait.</returns>
    internal string? OnFailedStart(string message, ChildExited? exited)
    {
        var diesAtEachStart = _budget.CountEnd(exited is { DiedAtStart: true });
        var losses = _budget.CountLoss(policy.Window, timers.Time);
        if (exited is not { WillRecur: true } && !diesAtEachStart && losses <= policy.MaxRestarts && Problem is null)
            return null;
        Problem = $"No {role} process can be started: {message}";
        log.Error(Problem);
        timers.StartSingleTimer(Trial.Instance, Trial.Instance, policy.GiveUpFor);
        return Problem;
    }

    /// <summary>The pool calls <see cref="AllowTrial"/> when it receives this.</summary>
    internal sealed class Trial
    {
        internal static readonly Trial Instance = new();
    }
}
