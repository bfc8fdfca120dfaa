using System.Diagnostics.Metrics;

namespace ActorBrowser;

/// <summary>The meter <c>ActorBrowser</c> of System.Diagnostics.Metrics, which OpenTelemetry's <c>AddMeter("ActorBrowser")</c> exports.</summary>
internal static class BrowserMeter
{
    internal static Meter Source { get; } = new("ActorBrowser");

    /// <summary>Where a histogram of seconds has its limits. An exporter's own ones are for milliseconds: OpenTelemetry's first are 0, 5 and 10.</summary>
    internal static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    };

    /// <summary>Creates a gauge that is read on demand, so that a listener that attaches late sees the correct value.</summary>
    internal static Level Show(string name, string unit, string description)
    {
        var level = new Level();
        Source.CreateObservableUpDownCounter(name, () => level.Now, unit, description);
        return level;
    }

    /// <summary>Like <see cref="Show(string, string, string)"/>, with one value for each role.</summary>
    internal static LevelsByRole ShowByRole(string name, string unit, string description)
    {
        var levels = new LevelsByRole();
        Source.CreateObservableUpDownCounter(name, levels.Measure, unit, description);
        return levels;
    }
}

/// <summary>The sum of many actors' current shares. Thread-safe.</summary>
internal sealed class Level
{
    private long _now;

    internal long Now => Interlocked.Read(ref _now);

    /// <summary>Sets one actor's current share.</summary>
    /// <param name="share">The share it set last; it must set 0 at its end.</param>
    /// <param name="now">Its current share.</param>
    internal void Set(ref long share, long now)
    {
        if (share == now)
            return;
        Interlocked.Add(ref _now, now - share);
        share = now;
    }
}

/// <summary>A level for each role with a pool. Thread-safe.</summary>
internal sealed class LevelsByRole
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Level> _levels = [];

    internal Level Of(string role)
    {
        lock (_lock)
        {
            if (!_levels.TryGetValue(role, out var level))
                _levels.Add(role, level = new Level());
            return level;
        }
    }

    internal IEnumerable<Measurement<long>> Measure()
    {
        lock (_lock)
            return [.. _levels.Select(static pair => new Measurement<long>(pair.Value.Now, new KeyValuePair<string, object?>("role", pair.Key)))];
    }
}
