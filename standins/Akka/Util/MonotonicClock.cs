using System;
using System.Diagnostics;

namespace Akka.Util;

/// <summary>Time since this class was first used, unaffected by changes of the wall clock.</summary>
internal static class MonotonicClock
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    /// <summary>In whole milliseconds.</summary>
    public static TimeSpan Elapsed => TimeSpan.FromTicks(GetTicks());

    public static TimeSpan ElapsedHighRes => Stopwatch.GetElapsedTime(Start);

    public static long GetTicksHighRes() => ElapsedHighRes.Ticks;

    public static long GetMilliseconds() => ElapsedHighRes.Ticks / TimeSpan.TicksPerMillisecond;

    public static long GetTicks() => GetMilliseconds() * TimeSpan.TicksPerMillisecond;
}
