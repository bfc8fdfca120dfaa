using System.Globalization;
using ActorBrowser.ChildEntrypoints.Probes;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Makes the attempts of <see cref="ProbeBattery"/> in a process inside another program's sandbox. That program passes on only
/// arguments and standard output, so the targets go in as an argument and each outcome is printed as a line.
/// </summary>
internal static class InsideAttempts
{
    private const int NotReached = 4095;

    /// <summary>Runs inside the sandbox: makes the attempts.</summary>
    /// <param name="targets">From <see cref="RunAsync"/>.</param>
    /// <exception cref="UsageException">The text does not come from <see cref="RunAsync"/>.</exception>
    internal static int Make(string targets)
    {
        ProbeTargets to;
        try
        {
            to = ProbeTargets.FromBytes(Convert.FromBase64String(targets));
        }
        catch (Exception e)
        {
            throw new UsageException($"--attempt takes only the targets that --inside passes: {e.Message}");
        }
        ProbeRole.Prepare();
        for (var i = 0; i < ProbeBattery.All.Count; i++)
        {
            // One at a time: an attempt may end the process.
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i} {ProbeBattery.All[i].Attempt(to)}"));
            Console.Out.Flush();
        }
        return ExitCodes.Success;
    }

    /// <summary>Runs outside: starts a program that starts this program inside its sandbox.</summary>
    /// <param name="browser">A browser without confinement.</param>
    /// <param name="program">The program.</param>
    /// <param name="targets">The targets of the attempts.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <returns>The errno of each attempt; an attempt that was not made counts as one that was not refused.</returns>
    internal static async Task<int[]> RunAsync(CliBrowser browser, string program, ProbeTargets targets, CancellationToken cancellation)
    {
        var spawn = new Spawn([Path.GetFullPath(program), "doctor", "--attempt", Convert.ToBase64String(targets.ToBytes())])
        {
            TotalTimeout = TimeSpan.FromMinutes(2),
            // The other program decides which variables it passes on.
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
        return reached > 0 ? outcomes : throw new UsageException($"{program} did not run this program with the given arguments: exit code {end.Exit!.ShellCode}, {end.Error}");
    }
}
