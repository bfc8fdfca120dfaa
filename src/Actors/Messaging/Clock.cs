using Akka.Actor;
using Akka.Actor.Setup;

namespace ActorBrowser;

/// <summary>An actor system with a time of its own: that of a test, which moves it.</summary>
internal sealed class ClockSetup(TimeProvider time) : Setup
{
    internal TimeProvider Time { get; } = time;
}

/// <summary>The time that timers and deadlines of an actor system go by.</summary>
internal static class Clock
{
    /// <summary>The machine's, unless the system was made with a <see cref="ClockSetup"/>.</summary>
    internal static TimeProvider Of(ActorSystem system) => system.Settings.Setup.Get<ClockSetup>() is { HasValue: true } setup ? setup.Value.Time : TimeProvider.System;

    /// <summary>Milliseconds since some moment in the past; never less than before.</summary>
    internal static long Milliseconds(this TimeProvider time) => time.GetTimestamp() / (time.TimestampFrequency / 1000);
}
