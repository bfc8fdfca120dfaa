using System.Globalization;

namespace ActorBrowser.ClusterProof;

/// <summary>What a run does.</summary>
/// <param name="Sizes">How much is under way in each round.</param>
/// <param name="Kills">How many rounds with kill -9.</param>
/// <param name="Pauses">How many with SIGSTOP.</param>
/// <param name="Cuts">How many with a cut network.</param>
/// <param name="IsQuick">Whether the cluster decides sooner that a node is down.</param>
internal sealed record Plan(Sizes Sizes, int Kills, int Pauses, int Cuts, bool IsQuick)
{
    private static readonly Plan s_long = new(new Sizes(1000, 60, 50), Kills: 1, Pauses: 1, Cuts: 1, IsQuick: false);
    private static readonly Plan s_short = new(new Sizes(100, 6, 5), Kills: 1, Pauses: 0, Cuts: 0, IsQuick: true);

    /// <summary>Null if the arguments are not valid.</summary>
    internal static Plan? From(string[] args)
    {
        var plan = s_long;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--short")
            {
                plan = s_short;
                continue;
            }
            if (++i == args.Length || !int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            var changed = args[i - 1] switch
            {
                "--fetches" => plan with { Sizes = plan.Sizes with { Fetches = number } },
                "--tabs" => plan with { Sizes = plan.Sizes with { Tabs = number } },
                "--commands" => plan with { Sizes = plan.Sizes with { Commands = number } },
                "--kills" => plan with { Kills = number },
                "--pauses" => plan with { Pauses = number },
                "--cuts" => plan with { Cuts = number },
                _ => null,
            };
            if (changed is null)
                return null;
            plan = changed;
        }
        return plan;
    }

    /// <summary>The faults, by turns.</summary>
    internal IEnumerable<Fault> Faults(bool canCut)
    {
        for (var i = 0; i < Math.Max(Kills, Math.Max(Pauses, Cuts)); i++)
        {
            if (i < Kills)
                yield return Fault.Kill;
            if (i < Pauses)
                yield return Fault.Pause;
            if (i < Cuts && canCut)
                yield return Fault.Cut;
        }
    }
}
