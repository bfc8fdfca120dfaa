using System;
using Akka.Util;

namespace Akka.Actor.Internal;

/// <summary>What a parent keeps under a child's name.</summary>
public interface IChildStats
{
}

/// <summary>The name is taken by a child that is being made.</summary>
public class ChildNameReserved : IChildStats
{
    private ChildNameReserved()
    {
    }

    public static ChildNameReserved Instance { get; } = new();

    public override string ToString() => "Name Reserved";
}

/// <summary>A child and how often it was restarted.</summary>
public class ChildRestartStats(IInternalActorRef child, uint maxNrOfRetriesCount = 0, long restartTimeWindowStartTicks = 0) : IChildStats
{
    public long Uid => Child.Path.Uid;

    public IInternalActorRef Child { get; } = child;

    public uint MaxNrOfRetriesCount { get; private set; } = maxNrOfRetriesCount;

    public long RestartTimeWindowStartTicks { get; private set; } = restartTimeWindowStartTicks;

    /// <summary>
    /// Counts a restart and says whether it is one of at most <paramref name="maxNrOfRetries"/> (no limit if
    /// negative, none if 0) within the window (no window if not positive). A window without a limit allows one.
    /// </summary>
    public bool RequestRestartPermission(int maxNrOfRetries, int withinTimeMilliseconds)
    {
        if (maxNrOfRetries == 0)
        {
            return false;
        }

        if (withinTimeMilliseconds <= 0)
        {
            return maxNrOfRetries < 0 || ++MaxNrOfRetriesCount <= maxNrOfRetries;
        }

        var now = MonotonicClock.Elapsed.Ticks;
        if (RestartTimeWindowStartTicks == 0)
        {
            RestartTimeWindowStartTicks = now;
        }

        if (now - RestartTimeWindowStartTicks > withinTimeMilliseconds * TimeSpan.TicksPerMillisecond)
        {
            MaxNrOfRetriesCount = 1;
            RestartTimeWindowStartTicks = now;
            return true;
        }

        return ++MaxNrOfRetriesCount <= (maxNrOfRetries > 0 ? maxNrOfRetries : 1);
    }
}
