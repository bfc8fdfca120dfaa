using System;
using System.Threading;

namespace Akka.Util.Internal;

/// <summary>Updates a shared reference by trying until nobody interfered.</summary>
public static class InterlockedSpin
{
    public static T Swap<T>(ref T reference, Func<T, T> updater)
        where T : class
    {
        for (var spin = new SpinWait(); ; spin.SpinOnce())
        {
            var current = Volatile.Read(ref reference);
            var updated = updater(current);
            if (ReferenceEquals(Interlocked.CompareExchange(ref reference, updated, current), current))
            {
                return updated;
            }
        }
    }

    public static TReturn ConditionallySwap<T, TReturn>(ref T reference, Func<T, (bool, T, TReturn)> updateIfTrue)
        where T : class
    {
        for (var spin = new SpinWait(); ; spin.SpinOnce())
        {
            var current = Volatile.Read(ref reference);
            var (update, value, result) = updateIfTrue(current);
            if (!update || ReferenceEquals(Interlocked.CompareExchange(ref reference, value, current), current))
            {
                return result;
            }
        }
    }
}
