using System.Threading;

namespace Akka.Util.Internal;

/// <summary>Timers that do not carry their maker's execution context about.</summary>
internal static class QuietTimer
{
    public static Timer Create(TimerCallback callback, object state)
    {
        var suppressed = ExecutionContext.IsFlowSuppressed();
        if (!suppressed)
        {
            ExecutionContext.SuppressFlow();
        }

        try
        {
            return new Timer(callback, state, Timeout.Infinite, Timeout.Infinite);
        }
        finally
        {
            if (!suppressed)
            {
                ExecutionContext.RestoreFlow();
            }
        }
    }
}
