using System.Globalization;

namespace ActorBrowser.Bench;

/// <summary>The samples of one thing measured several times in one unit.</summary>
/// <param name="name">What was measured.</param>
/// <param name="unit">Its unit, such as <c>ms</c>.</param>
internal sealed class Samples(string name, string unit)
{
    private readonly List<double> _values = [];

    /// <summary>Creates the samples of something measured once.</summary>
    internal static Samples Single(string unit, double value, string name = "")
    {
        var samples = new Samples(name, unit);
        samples.Add(value);
        return samples;
    }

    internal string Name => name;

    internal int Count => _values.Count;

    internal double Median
    {
        get
        {
            var sorted = _values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    internal void Add(double value) => _values.Add(value);

    internal string Describe() => Count == 0
        ? "–"
        : Count == 1
            ? $"{Number(_values[0])} {unit}"
            : $"{Number(Median)} {unit} ({Number(_values.Min())}–{Number(_values.Max())})";

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}

/// <summary>Something to measure: its name and how one sample is taken.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Unit">The unit of a sample.</param>
/// <param name="Sample">Takes one sample.</param>
internal sealed record Contender(string Name, string Unit, Func<Task<double>> Sample)
{
    /// <summary>Samples every contender in turn (A B C, A B C, …), so that a noisy moment affects all of them.</summary>
    internal static async Task<Samples[]> InterleaveAsync(int runs, params Contender[] contenders)
    {
        var samples = contenders.Select(contender => new Samples(contender.Name, contender.Unit)).ToArray();
        for (var run = 0; run < runs; run++)
        {
            for (var i = 0; i < contenders.Length; i++)
                samples[i].Add(await contenders[i].Sample());
        }
        return samples;
    }
}
