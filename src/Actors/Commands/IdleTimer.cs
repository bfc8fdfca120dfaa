using Akka.Actor;

namespace ActorBrowser;

/// <summary>Finds out whether a command has neither written output nor taken input for too long.</summary>
/// <param name="timers">The session's.</param>
/// <param name="patience">How long is too long; null for no limit.</param>
internal sealed class IdleTimer(ActorTimers timers, TimeSpan? patience)
{
    private long _lastActivity = timers.Time.GetTimestamp();

    internal void Start()
    {
        if (patience is { } limit)
            timers.StartSingleTimer(Due.Instance, Due.Instance, limit);
    }

    /// <summary>The command has written or taken something.</summary>
    internal void Touch() => _lastActivity = timers.Time.GetTimestamp();

    /// <summary>The timer is due. It is not set anew at each <see cref="Touch"/>, so it may be early and is set for the rest then.</summary>
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
