using System.Globalization;

namespace ActorBrowser.ClusterProof;

/// <summary>What was measured, and what was violated.</summary>
internal sealed class Verdict
{
    private const int Shown = 20;
    private readonly List<RoundResult> _rounds = [];
    private int _violations;

    internal int Violations => _violations;

    internal void Add(RoundResult round) => _rounds.Add(round);

    internal void Violate(string what, string violation)
    {
        if (++_violations <= Shown)
            Console.Error.WriteLine($"proof: VIOLATED: {what}: {violation}");
        else if (_violations == Shown + 1)
            Console.Error.WriteLine("proof: further violations are only counted");
    }

    internal string Table()
    {
        string[][] lines =
        [
            ["what happened", "under way", "on the node", "answered", "NodeLost", "made twice", "downed after", "all answered after", "tabs usable after the decision", "its children gone after", "its processes gone after"],
            .. _rounds.Select(static round => round.Cells),
        ];
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var rule = "|" + string.Join('|', widths.Select(static width => new string('-', width + 2))) + "|";
        var rows = lines.Select(line => "| " + string.Join(" | ", line.Select((cell, column) => cell.PadRight(widths[column]))) + " |").ToList();
        rows.Insert(1, rule);
        return string.Join('\n', rows);
    }

    /// <summary>The recovery times after kill -9.</summary>
    internal IEnumerable<string> Recovery()
    {
        var kills = _rounds.Where(static round => round.What == Fault.Kill).ToArray();
        foreach (var (what, times) in new (string, TimeSpan[])[]
        {
            ("kill -9 to the downing decision", [.. kills.Select(static round => round.Downed)]),
            ("kill -9 to the last answer of what was on the node", [.. kills.Select(static round => round.Answered)]),
            ("the downing decision to the last of the node's tabs usable", [.. kills.Select(static round => round.Tabs).OfType<TimeSpan>()]),
        })
        {
            if (times.Length > 0)
                yield return string.Create(CultureInfo.InvariantCulture, $"{what}: p50 {times.Order().ElementAt((times.Length - 1) / 2).TotalSeconds:0.00} s, max {times.Max().TotalSeconds:0.00} s, of {times.Length}");
        }
    }
}

/// <summary>What happens to a node.</summary>
internal enum Fault
{
    Kill,
    Pause,
    Cut,
}

/// <summary>A round.</summary>
/// <param name="What">What happened.</param>
/// <param name="UnderWay">What was under way.</param>
/// <param name="OnNode">What was on the node.</param>
/// <param name="Answers">How many requests were answered.</param>
/// <param name="Lost">How many ended with NodeLost.</param>
/// <param name="Twice">How many fetches were made twice.</param>
/// <param name="Downed">From the fault to the decision.</param>
/// <param name="Answered">From the fault to the last end of a request that was on the node.</param>
/// <param name="Tabs">From the decision until each tab of the node answered; null if there was none.</param>
/// <param name="ChildrenGone">From the cut until the children that it had were gone; null if it was not cut off.</param>
/// <param name="Gone">Until the node and its processes were gone: from the kill, from the continuation of a paused node, from the cut.</param>
internal sealed record RoundResult(Fault What, string UnderWay, string OnNode, int Answers, int Lost, int Twice, TimeSpan Downed, TimeSpan Answered, TimeSpan? Tabs, TimeSpan? ChildrenGone, TimeSpan Gone)
{
    internal string[] Cells =>
    [
        What switch { Fault.Kill => "kill -9", Fault.Pause => "SIGSTOP, later SIGCONT", _ => "cut off, later healed" },
        UnderWay, OnNode, Number(Answers), Number(Lost), Number(Twice), Seconds(Downed), Seconds(Answered), Seconds(Tabs), Seconds(ChildrenGone), Seconds(Gone),
    ];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan? time) => time is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0.00} s") : "–";
}
