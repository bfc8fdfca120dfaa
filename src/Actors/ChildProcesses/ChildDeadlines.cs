namespace ActorBrowser;

/// <summary>The deadlines by which a child must be ready, must have exited, and must have finished its work.</summary>
/// <param name="timers">The timers of the child's actor.</param>
/// <param name="settings">The handshake and shutdown timeouts.</param>
/// <param name="wallTime">How long the child may live; 0 for no limit.</param>
internal sealed class ChildDeadlines(ActorTimers timers, ChildSettings settings, TimeSpan wallTime)
{
    /// <summary>The step that a deadline limits.</summary>
    internal enum Limit
    {
        /// <summary>From the launch to Ready.</summary>
        Handshake,

        /// <summary>From the request to exit, or the end of the channel, to the exit.</summary>
        Shutdown,

        /// <summary>From the launch to the exit.</summary>
        WallTime,
    }

    /// <summary>Starts the deadlines of a launched process. Its wait for its turn to start did not count.</summary>
    internal void OnLaunched()
    {
        Start(Limit.Handshake, KillCause.None, settings.HandshakeTimeout);
        if (wallTime > TimeSpan.Zero)
            Start(Limit.WallTime, KillCause.Limit, wallTime);
    }

    /// <summary>Ends the handshake's deadline.</summary>
    internal void OnReady() => timers.Cancel(Limit.Handshake);

    /// <summary>Starts the deadline of the exit.</summary>
    /// <param name="cause">The cause to report if the child must be killed.</param>
    internal void AwaitExit(KillCause cause) => Start(Limit.Shutdown, cause, settings.ShutdownTimeout);

    /// <summary>The reason for killing the child.</summary>
    /// <param name="overdue">The deadline that has passed.</param>
    /// <param name="saidHello">Whether the child has sent Hello.</param>
    /// <param name="wasReady">Whether the child was ready.</param>
    internal ExitVerdict Verdict(Overdue overdue, bool saidHello, bool wasReady) => overdue.Limit switch
    {
        Limit.WallTime => new ExitVerdict(ExitReason.Killed, KillCause.Limit, $"It ran for its wall-time limit of {wallTime.TotalSeconds:0.###} s."),
        Limit.Handshake => new ExitVerdict(ExitReason.HandshakeFailed, KillCause.None,
            $"It was not ready within {settings.HandshakeTimeout.TotalSeconds:0.###} s{(saidHello ? "" : " and sent no Hello: the program's Main must begin with ActorBrowserChild.TryRun")}."),
        _ => new ExitVerdict(wasReady ? ExitReason.Killed : ExitReason.HandshakeFailed, overdue.Cause, overdue.Cause == KillCause.ShutdownTimeout
            ? $"It did not exit within {settings.ShutdownTimeout.TotalSeconds:0.###} s of the request to shut down."
            : $"It closed its channel and did not exit within {settings.ShutdownTimeout.TotalSeconds:0.###} s."),
    };

    private void Start(Limit limit, KillCause cause, TimeSpan time) => timers.StartSingleTimer(limit, new Overdue(limit, cause), time);

    /// <summary>A deadline has passed.</summary>
    internal sealed record Overdue(Limit Limit, KillCause Cause);
}
