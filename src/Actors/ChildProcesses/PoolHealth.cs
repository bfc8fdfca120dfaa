using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Whether a pool can start processes. After too many failed starts it refuses every request, and from time to time lets one
/// through as a trial.
/// </summary>
/// <param name="role">The processes' role.</param>
/// <param name="policy">How many starts may fail, and how long requests are refused then.</param>
/// <param name="timers">The pool's.</param>
/// <param name="log">The pool's.</param>
internal sealed class PoolHealth(string role, RestartSettings policy, ActorTimers timers, ILoggingAdapter log)
{
    private readonly RestartBudget _budget = new();
    private bool _trial;

    /// <summary>Why no process can be started; null while one can.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Why the next request is refused; null if it is not.</summary>
    internal string? Refusal => _trial ? null : Problem;

    /// <summary>The next request is let through.</summary>
    internal void AllowTrial() => _trial = true;

    /// <summary>A request was let through.</summary>
    internal void OnAccepted() => _trial = false;

    /// <summary>A process is ready.</summary>
    internal void OnReady()
    {
        if (Problem is not null)
            log.Info("{0} processes can be had again", role);
        Problem = null;
        _budget.Clear();
        timers.Cancel(Trial.Instance);
    }

    /// <summary>A process has ended before it was ready.</summary>
    /// <returns>Why the requests that wait are to be refused; null if they go on waiting.</returns>
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
