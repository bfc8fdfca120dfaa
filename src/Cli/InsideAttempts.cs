using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Makes the attempts of <see cref="ProbeBattery"/> in a process inside another program's sandbox. That program passes on only
/// arguments and standard output, so the targets go in as an argument and each outcome is printed as a line.
/// </summary>
internal static class InsideAttempts
{
    private const int NotReached = 4095;

    // The outcomes are some kilobytes.
    private const int MostOutput = 1 << 20;

    /// <summary>How long the program may run.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

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
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i} {ProbeBattery.All[i].Try(to)}"));
            Console.Out.Flush();
        }
        return ExitCodes.Success;
    }

    /// <summary>Checks that a program can be started.</summary>
    /// <exception cref="UsageException">It cannot; the message says why.</exception>
    internal static void Check(string program)
    {
        if (Directory.Exists(program))
            throw new UsageException($"--inside: {program} is a folder, not a program.");
        if (!File.Exists(program))
            throw new UsageException($"--inside: there is no program {program}.");
        if (!OperatingSystem.IsWindows() && PathProbe.TryExecute(Encoding.UTF8.GetBytes(Path.GetFullPath(program))) is not 0 and var errno)
            throw new UsageException($"--inside: {program} may not be executed: {Marshal.GetPInvokeErrorMessage(errno)}.");
    }

    /// <summary>Runs outside: starts a program that starts this program inside its sandbox.</summary>
    /// <param name="browser">A browser without confinement.</param>
    /// <param name="program">The program.</param>
    /// <param name="targets">The targets of the attempts.</param>
    /// <param name="patience">How long the program may run.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <returns>The errno of each attempt; an attempt that was not made counts as one that was not refused.</returns>
    /// <exception cref="UsageException">The program could not be started, did not end, printed too much, or did not run this program.</exception>
    internal static async Task<int[]> RunAsync(CliBrowser browser, string program, ProbeTargets targets, TimeSpan patience, CancellationToken cancellation)
    {
        var spawn = new Spawn([Path.GetFullPath(program), "doctor", "--attempt", Convert.ToBase64String(targets.ToBytes())])
        {
            TotalTimeout = patience,
            Grace = TimeSpan.Zero,
            Limits = new CommandLimits(0, 0, 0, 0, 0, MostOutput),
            // The other program decides which variables it passes on.
            Environment = CommandEnvironment.AllowList([.. Environment.GetEnvironmentVariables().Keys.Cast<string>()]),
        };
        CommandSnapshot end;
        try
        {
            end = await BrowserClient.For(browser.Browser).Commands.RunAsync(spawn, cancellation).ConfigureAwait(false);
        }
        catch (CommandRefusedException e)
        {
            throw new UsageException($"--inside: {program} could not be started: {e.Message}");
        }
        if (end.Exit!.Cause == ExitCause.TotalTimeout)
            throw new UsageException($"--inside: {program} was ended because it ran longer than {patience.TotalSeconds:0.#} s.");
        if (end.Exit.Cause == ExitCause.OutputLimit)
            throw new UsageException($"--inside: {program} was ended because it printed more than {MostOutput} bytes.");
        var outcomes = new int[ProbeBattery.All.Count];
        Array.Fill(outcomes, NotReached);
        var reached = 0;
        foreach (var line in end.Output.ToString().Split('\n'))
        {
            if (line.Split(' ') is [var place, var errno] && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < outcomes.Length
                && int.TryParse(errno, NumberStyles.None, CultureInfo.InvariantCulture, out outcomes[at]))
                reached++;
        }
        return reached > 0 ? outcomes : throw new UsageException($"{program} did not run this program with the given arguments: exit code {end.Exit.ShellCode}, {end.Error}");
    }
}
