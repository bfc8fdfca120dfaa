using Akka.Actor;

namespace ActorBrowser;

/// <summary>Finds out whether a command has neither written output nor taken input for too long.</summary>
/// <param name="timers">The session's timers.</param>
/// <param name="patience">The longest idle time; null for no limit.</param>
internal sealed class IdleTimer(ActorTimers timers, TimeSpan? patience)
{
    private long _lastActivity = timers.Time.GetTimestamp();

    internal void Start()
    {
        if (patience is { } limit)
            timers.StartSingleTimer(Due.Instance, Due.Instance, limit);
    }

    /// <summary>Records that the command has written output or taken input.</summary>
    internal void Touch() => _lastActivity = timers.Time.GetTimestamp();

    /// <summary>Checks the idle time when the timer is due. <see cref="Touch"/> does not restart the timer, so it may be early; then it is set for the rest.</summary>
    /// <returns>Whether the command was idle for too long.</returns>
    internal bool IsOverdue()
    {
        var left = patience.GetValueOrDefault() - timers.Time.GetElapsedTime(_lastActivity);
        if (left <= TimeSpan.Zero)
            return true;
        timers.StartSingleTimer(Due.Instance, Due.Instance, left);
        return false;
    }

    /// <summary>The session calls <see cref="IsOverdue"/> when it receives this.</summary>
    internal sealed class Due : INoSerializationVerificationNeeded
    {
        internal static readonly Due Instance = new();
    }
}
