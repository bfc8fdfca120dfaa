using System.Collections.Generic;
using Akka.Actor;
using Akka.TestKit.Internal;

namespace Akka.TestKit.TestEvent;

/// <summary>Published on the event stream: these filters are in force from now on.</summary>
public sealed class Mute : INoSerializationVerificationNeeded
{
    public Mute(params EventFilterBase[] filters) => Filters = filters;

    public Mute(IReadOnlyCollection<EventFilterBase> filters) => Filters = filters;

    public IReadOnlyCollection<EventFilterBase> Filters { get; }
}

/// <summary>Published on the event stream: these filters no longer are.</summary>
public sealed class Unmute : INoSerializationVerificationNeeded
{
    public Unmute(params EventFilterBase[] filters) => Filters = filters;

    public Unmute(IReadOnlyCollection<EventFilterBase> filters) => Filters = filters;

    public IReadOnlyCollection<EventFilterBase> Filters { get; }
}
