namespace ActorBrowser;

/// <summary>The times by which a child must be ready, must have exited, and must have done its work.</summary>
/// <param name="timers">The child's actor's.</param>
/// <param name="settings">The time for handshake and shutdown.</param>
/// <param name="wallTime">How long the child may live; 0 for no limit.</param>
internal sealed class ChildDeadlines(ActorTimers timers, ChildSettings settings, TimeSpan wallTime)
{
    /// <summary>What a child may take too long for.</summary>
    internal enum Limit
    {
        /// <summary>To be ready.</summary>
        Handshake,

        /// <summary>To exit, after it was asked to or has closed its channel.</summary>
        Shutdown,

        /// <summary>Its whole life.</summary>
        WallTime,
    }

    /// <summary>The process was started. Its wait for its turn did not count.</summary>
    internal void OnLaunched()
    {
        Start(Limit.Handshake, KillCause.None, settings.HandshakeTimeout);
        if (wallTime > TimeSpan.Zero)
            Start(Limit.WallTime, KillCause.Limit, wallTime);
    }

    /// <summary>The child is ready.</summary>
    internal void OnReady() => timers.Cancel(Limit.Handshake);

    /// <summary>The child is to exit.</summary>
    /// <param name="cause">The cause of its kill if it does not.</param>
    internal void AwaitExit(KillCause cause) => Start(Limit.Shutdown, cause, settings.ShutdownTimeout);

    /// <summary>Why the child is killed.</summary>
    /// <param name="overdue">The deadline that has passed.</param>
    /// <param name="saidHello">Whether the child has sent anything.</param>
    /// <param name="wasReady">Whether it was ready.</param>
    internal ExitVerdict Verdict(Overdue overdue, bool saidHello, bool wasReady) => overdue.Limit switch
    {
        Limit.WallTime => new ExitVerdict(ExitReason.Killed, KillCause.Limit, $"It ran for its limit of wall-time, {wallTime.TotalSeconds:0.###} s."),
        Limit.Handshake => new ExitVerdict(ExitReason.HandshakeFailed, KillCause.None,
            $"It was not ready within {settings.HandshakeTimeout.TotalSeconds:0.###} s{(saidHello ? "" : ", and said nothing: the program's Main must begin with ActorBrowserChild.TryRun")}."),
        _ => new ExitVerdict(wasReady ? ExitReason.Killed : ExitReason.HandshakeFailed, overdue.Cause, overdue.Cause == KillCause.ShutdownTimeout
            ? $"It did not exit within {settings.ShutdownTimeout.TotalSeconds:0.###} s of being asked to."
            : "It closed its channel and did not exit."),
    };

    private void Start(Limit limit, KillCause cause, TimeSpan time) => timers.StartSingleTimer(limit, new Overdue(limit, cause), time);

    /// <summary>A deadline has passed.</summary>
    internal sealed record Overdue(Limit Limit, KillCause Cause);
}
