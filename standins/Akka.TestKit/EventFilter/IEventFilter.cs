using System;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>Picks log events.</summary>
public interface IEventFilter
{
    /// <returns>True when the event is to be swallowed.</returns>
    bool Apply(LogEvent logEvent);
}

/// <summary>A filter in force until it is unmuted or disposed of.</summary>
public interface IUnmutableFilter : IDisposable
{
    void Unmute();
}
