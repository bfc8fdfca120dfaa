using System.Globalization;

namespace ActorBrowser.Bench;

/// <summary>The target of a figure, relative to its yardstick.</summary>
/// <param name="Text">The text in the table, such as <c>≤ 1.6 ×</c>.</param>
/// <param name="IsMet">Whether a ratio (or, without a yardstick, the figure itself) reaches it.</param>
internal sealed record Target(string Text, Func<double, bool> IsMet)
{
    internal static Target AtMost(double limit, string unit = "×") =>
        new($"≤ {limit.ToString(CultureInfo.InvariantCulture)} {unit}", value => value <= limit);

    internal static Target Below(double limit, string unit = "×") =>
        new($"< {limit.ToString(CultureInfo.InvariantCulture)} {unit}", value => value < limit);

    internal static Target AtLeast(double limit, string unit = "×") =>
        new($"≥ {limit.ToString(CultureInfo.InvariantCulture)} {unit}", value => value >= limit);
}

/// <summary>One line of the table: our samples with one yardstick, or only with a target.</summary>
/// <param name="Figure">What is measured.</param>
/// <param name="Ours">Our samples.</param>
/// <param name="Yardstick">The yardstick's samples, taken between ours; null if there is only a target.</param>
/// <param name="Target">The target; null for a line that only informs.</param>
internal sealed record Row(string Figure, Samples Ours, Samples? Yardstick, Target? Target)
{
    private double? Ratio => Yardstick is { Count: > 0 } && Ours.Count > 0 && Yardstick.Median != 0 ? Ours.Median / Yardstick.Median : null;

    /// <summary>Whether the target is met; null without a target.</summary>
    internal bool? IsMet => Target is null || Ours.Count == 0 ? null : Target.IsMet(Yardstick is null ? Ours.Median : Ratio ?? double.NaN);

    internal string[] Cells =>
    [
        Figure,
        Ours.Describe(),
        Ours.Count.ToString(CultureInfo.InvariantCulture),
        Yardstick is null ? "–" : $"{Yardstick.Name}: {Yardstick.Describe()}",
        Ratio is { } ratio ? $"{ratio.ToString(ratio < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture)} ×" : "–",
        Target?.Text ?? "–",
        IsMet switch { true => "yes", false => "NO", null => "–" },
    ];
}
