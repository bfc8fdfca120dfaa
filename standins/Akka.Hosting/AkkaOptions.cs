using System;
using System.Collections.Generic;
using System.Linq;

namespace Akka.Hosting;

public enum TriStateValue
{
    None,
    All,
    Some,
}

/// <summary>Which dead letters are logged.</summary>
public class DeadLetterOptions
{
    public TriStateValue ShouldLog { get; set; } = TriStateValue.Some;

    /// <summary>How many, when it is some.</summary>
    public int LogCount { get; set; } = 10;

    public bool? LogDuringShutdown { get; set; }

    /// <summary>How long to be silent after that many; for good when not positive.</summary>
    public TimeSpan? LogSuspendDuration { get; set; }

    public override string ToString()
    {
        var logged = ShouldLog switch
        {
            TriStateValue.All => "on",
            TriStateValue.None => "off",
            _ => LogCount.ToHocon(),
        };
        return OptionText.Section(
            "akka",
            ("log-dead-letters", logged),
            ("log-dead-letters-during-shutdown", LogDuringShutdown?.ToHocon()),
            ("log-dead-letters-suspend-duration", LogSuspendDuration?.ToHocon(allowInfinite: true, zeroIsInfinite: true)));
    }
}

/// <summary>What actors tell about themselves at debug level.</summary>
public class DebugOptions
{
    public bool? Receive { get; set; }

    public bool? AutoReceive { get; set; }

    public bool? LifeCycle { get; set; }

    public bool? FiniteStateMachine { get; set; }

    public bool? EventStream { get; set; }

    public bool? Unhandled { get; set; }

    public bool? RouterMisconfiguration { get; set; }

    public override string ToString() => OptionText.Section(
        "akka.actor.debug",
        ("receive", Receive?.ToHocon()),
        ("autoreceive", AutoReceive?.ToHocon()),
        ("lifecycle", LifeCycle?.ToHocon()),
        ("fsm", FiniteStateMachine?.ToHocon()),
        ("event-stream", EventStream?.ToHocon()),
        ("unhandled", Unhandled?.ToHocon()),
        ("router-misconfiguration", RouterMisconfiguration?.ToHocon()));
}

internal static class OptionText
{
    /// <summary>The keys that have a value, as a section; empty when none has.</summary>
    internal static string Section(string path, params (string Key, string? Value)[] entries)
    {
        List<string> lines = [.. entries.Where(static e => e.Value is not null).Select(static e => $"{e.Key} = {e.Value}")];
        return lines.Count == 0 ? "" : string.Join(Environment.NewLine, [path + " {", .. lines, "}", ""]);
    }
}
