using System.Globalization;
using ActorBrowser.ChildEntrypoints.Probes;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// The attempts of <see cref="ProbeBattery"/> in a process that another sandbox has started, which passes on arguments and standard output only: the
/// targets go in as an argument, and each outcome comes back as a line.
/// </summary>
internal static class InsideAttempts
{
    private const int NotReached = 4095;

    /// <summary>In there: makes them.</summary>
    /// <param name="targets">From <see cref="RunAsync"/>.</param>
    /// <exception cref="UsageException">They are not from it.</exception>
    internal static int Make(string targets)
    {
        ProbeTargets to;
        try
        {
            to = ProbeTargets.FromBytes(Convert.FromBase64String(targets));
        }
        catch (Exception e)
        {
            throw new UsageException($"--attempt takes what --inside gives it: {e.Message}");
        }
        ProbeRole.Prepare();
        for (var i = 0; i < ProbeBattery.All.Count; i++)
        {
            // Each by itself: one may end the process.
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i} {ProbeBattery.All[i].Attempt(to)}"));
            Console.Out.Flush();
        }
        return ExitCodes.Success;
    }

    /// <summary>Out here: starts a program that starts this one in there.</summary>
    /// <param name="browser">One that confines nothing.</param>
    /// <param name="program">The program.</param>
    /// <param name="targets">What is aimed at.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The errno of each attempt; of those that were not reached, one that is no refusal.</returns>
    internal static async Task<int[]> RunAsync(CliBrowser browser, string program, ProbeTargets targets, CancellationToken cancellation)
    {
        var spawn = new Spawn([Path.GetFullPath(program), "doctor", "--attempt", Convert.ToBase64String(targets.ToBytes())])
        {
            TotalTimeout = TimeSpan.FromMinutes(2),
            // What of it gets in there is that program's affair.
            Environment = CommandEnvironment.AllowList([.. Environment.GetEnvironmentVariables().Keys.Cast<string>()]),
        };
        var end = await BrowserClient.For(browser.Browser).Commands.RunAsync(spawn, cancellation).ConfigureAwait(false);
        var outcomes = new int[ProbeBattery.All.Count];
        Array.Fill(outcomes, NotReached);
        var reached = 0;
        foreach (var line in end.Output.ToString().Split('\n'))
        {
            if (line.Split(' ') is [var place, var errno] && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < outcomes.Length
                && int.TryParse(errno, NumberStyles.None, CultureInfo.InvariantCulture, out outcomes[at]))
                reached++;
        }
        return reached > 0 ? outcomes : throw new UsageException($"{program} did not run this program with the arguments that it was given: exit code {end.Exit!.ShellCode}, {end.Error}");
    }
}
