using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Completes a <see cref="CommandExit"/>: why the command ended, and what it has left in its folder.</summary>
/// <param name="context">The session's context.</param>
/// <param name="handle">The registry's name for the command.</param>
/// <param name="spawn">The request.</param>
/// <param name="settings">Has the profile for a request that names none.</param>
/// <param name="runner">Reports the limits that were reached, and the new names in the folder.</param>
/// <param name="output">The command's output, searched for errors that the sandbox may have caused.</param>
/// <param name="denials">The connections that it was denied.</param>
internal sealed class ExitFindings(IActorContext context, string handle, Spawn spawn, CommandSettings settings, RunnerQueue runner, OutputLog output, EgressDenials denials)
{
    private const int KillSignal = 9;

    /// <summary>What the sandbox refused.</summary>
    internal CommandRefusals Refusals { get; } = new();

    /// <summary>Corrects the exit's cause when the command's first process has exited.</summary>
    internal CommandExit AtExit(CommandExit exit) =>
        // Neither parent nor runner sent SIGKILL: the kernel did, because the group had used up its memory.
        exit is { Signal: KillSignal, Cause: ExitCause.Itself } && runner.LimitHit() == "memory" ? exit with { Cause = ExitCause.MemoryLimit } : exit;

    /// <summary>Completes the exit when all processes are gone and the output is complete.</summary>
    /// <param name="exit">The exit so far.</param>
    /// <param name="exceedsOutput">Whether the command wrote more than it may.</param>
    internal CommandExit AtClose(CommandExit exit, bool exceedsOutput)
    {
        // The command exited before it could be killed for its output.
        if (exceedsOutput && exit.Cause == ExitCause.Itself)
            exit = exit with { Cause = ExitCause.OutputLimit };
        var denied = denials.Explain(exit);
        return WithAppeared(exit with
        {
            Blocked = denied ?? Refusals.Explain(exit, spawn.Profile ?? settings.Profile, output, runner.WhyNoEgress),
            IsBlockedTold = denied is not null || Refusals.AreTold,
        });
    }

    /// <summary>Adds the protected names that have appeared in the command's folder.</summary>
    internal CommandExit WithAppeared(CommandExit exit)
    {
        var names = runner.Appeared();
        if (names.Count > 0)
            context.GetLogger().Warning("The folder of {0} ({1}) has new names whose contents other programs may execute: {2}", handle, spawn.Display, string.Join(", ", names));
        return exit with { Appeared = names };
    }
}
