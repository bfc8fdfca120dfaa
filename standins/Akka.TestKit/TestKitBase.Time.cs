using System;
using Akka.Event;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>What is left of the current Within, or else the (dilated) default of one expectation.</summary>
    public TimeSpan RemainingOrDefault => RemainingOr(Dilated(TestKitSettings.SingleExpectDefault));

    /// <summary>What is left of the current Within; zero when it is over.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TimeSpan Remaining => _state.End is null
        ? throw new InvalidOperationException("Remaining may not be called outside of \"within\"")
        : RemainingOr(TimeSpan.Zero);

    /// <summary>The given time, dilated; what remains when none is given.</summary>
    public TimeSpan RemainingOrDilated(TimeSpan? duration) =>
        duration is not { } given ? RemainingOrDefault
        : given < TimeSpan.Zero ? throw new ArgumentException("Must be positive TimeSpan", nameof(duration))
        : Dilated(given);

    /// <summary>The time multiplied by <c>akka.test.timefactor</c>.</summary>
    public TimeSpan Dilated(TimeSpan duration) =>
        duration < TimeSpan.Zero
            ? throw new ArgumentException("Must not be negative", nameof(duration))
            : new TimeSpan((long)(duration.Ticks * TestKitSettings.TestTimeFactor));

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => timeout ?? TestKitSettings.SingleExpectDefault;

    protected TimeSpan RemainingOr(TimeSpan duration)
    {
        if (_state.End is not { } end)
        {
            return duration;
        }

        if (end < TimeSpan.Zero)
        {
            throw new InvalidOperationException($"End can not be negative, was: {end}");
        }

        var left = end - Now;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private void ConditionalLog(string format, params object[] args) => ConditionalLog(true, format, args);

    private void ConditionalLog(bool shouldLog, string format, params object[] args)
    {
        if (shouldLog && TestKitSettings.LogTestKitCalls)
        {
            Log.Debug(format, args);
        }
    }
}
