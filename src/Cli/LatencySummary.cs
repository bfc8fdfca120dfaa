using System.Globalization;

namespace ActorBrowser.Cli;

/// <summary>Summarises round-trip times in microseconds.</summary>
internal sealed class LatencySummary
{
    private readonly List<double> _samples = [];

    internal int Count => _samples.Count;

    internal void Add(TimeSpan time) => _samples.Add(time.TotalMicroseconds);

    /// <summary>The nearest-rank percentile.</summary>
    /// <param name="share">0 to 1.</param>
    internal double Percentile(double share)
    {
        var sorted = _samples.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public override string ToString() => Count == 0
        ? "no answers"
        : string.Create(CultureInfo.InvariantCulture,
            $"min {Percentile(0):F0}  median {Percentile(0.5):F0}  mean {_samples.Average():F0}  p99 {Percentile(0.99):F0}  max {Percentile(1):F0} µs");
}
