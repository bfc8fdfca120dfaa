using System;
using System.Threading;

namespace Akka.TestKit.Internal;

/// <summary>Durations as the TestKit reads them: every negative one is infinite, null is undefined.</summary>
public static class TimeSpanExtensions
{
    public static bool IsUndefined(this TimeSpan? timeSpan) => timeSpan is null;

    public static bool IsZero(this TimeSpan timeSpan) => timeSpan == TimeSpan.Zero;

    public static bool IsZero(this TimeSpan? timeSpan) => timeSpan == TimeSpan.Zero;

    public static bool IsPositiveFinite(this TimeSpan timeSpan) => timeSpan >= TimeSpan.Zero;

    public static bool IsPositiveFinite(this TimeSpan? timeSpan) => timeSpan >= TimeSpan.Zero;

    public static bool IsInfinite(this TimeSpan timeSpan) => timeSpan < TimeSpan.Zero;

    public static bool IsInfinite(this TimeSpan? timeSpan) => timeSpan < TimeSpan.Zero;

    public static bool IsInfiniteTimeout(this TimeSpan timeSpan) => timeSpan == Timeout.InfiniteTimeSpan;

    public static bool IsInfiniteTimeout(this TimeSpan? timeSpan) => timeSpan == Timeout.InfiniteTimeSpan;

    public static void EnsureIsPositiveFinite(this TimeSpan timeSpan, string parameterName)
    {
        if (timeSpan.IsInfinite())
        {
            throw new ArgumentException($"The timespan must be greater than zero. Actual value: {timeSpan}", parameterName);
        }
    }

    /// <summary>The shorter of the two; an infinite or undefined one never is.</summary>
    public static TimeSpan Min(this TimeSpan a, TimeSpan? b) =>
        b is not { } other || other.IsInfinite() ? a
        : a.IsInfinite() || other < a ? other
        : a;
}
