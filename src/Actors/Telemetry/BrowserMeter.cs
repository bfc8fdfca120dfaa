using System.Diagnostics.Metrics;

namespace ActorBrowser;

/// <summary>The meter <c>ActorBrowser</c> of System.Diagnostics.Metrics, which OpenTelemetry's <c>AddMeter("ActorBrowser")</c> exports.</summary>
internal static class BrowserMeter
{
    internal static Meter Source { get; } = new("ActorBrowser");

    /// <summary>A number that is read when somebody looks, so that it is right for one who begins to look late.</summary>
    internal static Level Show(string name, string unit, string description)
    {
        var level = new Level();
        Source.CreateObservableUpDownCounter(name, () => level.Now, unit, description);
        return level;
    }

    /// <summary>As <see cref="Show(string, string, string)"/>, one number for each role.</summary>
    internal static LevelsByRole ShowByRole(string name, string unit, string description)
    {
        var levels = new LevelsByRole();
        Source.CreateObservableUpDownCounter(name, levels.Measure, unit, description);
        return levels;
    }
}

/// <summary>A sum of what many actors hold now. Thread-safe.</summary>
internal sealed class Level
{
    private long _now;

    internal long Now => Interlocked.Read(ref _now);

    /// <summary>One actor holds so many now.</summary>
    /// <param name="share">What it held when it said so last; it gives all back with 0 at its end.</param>
    /// <param name="now">What it holds now.</param>
    internal void Set(ref long share, long now)
    {
        if (share == now)
            return;
        Interlocked.Add(ref _now, now - share);
        share = now;
    }
}

/// <summary>A level for each role; there are as many as roles have pools. Thread-safe.</summary>
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
