using Akka.Actor;
using Akka.Actor.Setup;

namespace ActorBrowser;

/// <summary>Gives an actor system another time, which a test can advance.</summary>
internal sealed class ClockSetup(TimeProvider time) : Setup
{
    internal TimeProvider Time { get; } = time;
}

/// <summary>The time used for an actor system's timers and deadlines.</summary>
internal static class Clock
{
    /// <summary>The machine's time, unless the system was created with a <see cref="ClockSetup"/>, or with Akka.TestKit's scheduler, whose time a test advances.</summary>
    internal static TimeProvider Of(ActorSystem system) =>
        system.Settings.Setup.Get<ClockSetup>() is { HasValue: true } setup ? setup.Value.Time
        : SchedulerTime.Of(system) ?? TimeProvider.System;

    /// <summary>Milliseconds since an arbitrary moment; never decreases.</summary>
    internal static long Milliseconds(this TimeProvider time) => time.GetTimestamp() / (time.TimestampFrequency / 1000);
}
