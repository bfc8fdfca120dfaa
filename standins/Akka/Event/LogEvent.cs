using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Akka.Actor;

namespace Akka.Event;

/// <summary>Something to be logged; published on the event stream.</summary>
public abstract class LogEvent : INoSerializationVerificationNeeded
{
    protected LogEvent()
    {
        Timestamp = DateTime.UtcNow;
        Thread = Thread.CurrentThread;
    }

    public Exception Cause { get; protected set; }

    /// <summary>In UTC.</summary>
    public DateTime Timestamp { get; private set; }

    public Thread Thread { get; private set; }

    public string LogSource { get; protected set; }

    public Type LogClass { get; protected set; }

    public object Message { get; protected set; }

    public abstract LogLevel LogLevel();

    public override string ToString()
    {
        var line = $"[{LogLevel().PrettyNameFor()}][{Timestamp:MM/dd/yyyy HH:mm:ss.fffK}][Thread {Thread.ManagedThreadId:0000}][{LogSource}] {Message}";
        return Cause is null ? line : $"{line}{Environment.NewLine}Cause: {Cause}";
    }
}

/// <summary>Level names as they are printed.</summary>
internal static class LogFormats
{
    public static readonly IReadOnlyDictionary<LogLevel, string> PrettyPrintedLogLevel =
        Enum.GetValues<LogLevel>().ToDictionary(static level => level, static level => level.ToString().Replace("Level", "").ToUpperInvariant());

    public static string PrettyNameFor(this LogLevel level) => PrettyPrintedLogLevel[level];
}
