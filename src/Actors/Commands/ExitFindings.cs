using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Finds out why a command ended and what it has left in its folder, for its <see cref="CommandExit"/>.</summary>
/// <param name="context">The session's.</param>
/// <param name="handle">The registry's name for the command.</param>
/// <param name="spawn">What was asked for.</param>
/// <param name="settings">Names the profile of a command that asks for none.</param>
/// <param name="runner">Knows the limits that were reached, and the folder.</param>
/// <param name="output">The command's output, which may complain of its sandbox.</param>
internal sealed class ExitFindings(IActorContext context, string handle, Spawn spawn, CommandSettings settings, RunnerQueue runner, OutputLog output)
{
    private const int KillSignal = 9;

    private readonly CommandRefusals _refusals = new();

    /// <summary>The sandbox has refused the command something.</summary>
    internal void Add(SandboxViolation violation) => _refusals.Add(violation);

    /// <summary>The command's first process has exited.</summary>
    internal CommandExit AtExit(CommandExit exit) =>
        // Neither parent nor runner has sent SIGKILL: the kernel has, because the group's memory was used up.
        exit is { Signal: KillSignal, Cause: ExitCause.Itself } && runner.LimitHit() == "memory" ? exit with { Cause = ExitCause.MemoryLimit } : exit;

    /// <summary>All of its processes are gone and its output is complete.</summary>
    /// <param name="exit">As known so far.</param>
    /// <param name="exceedsOutput">Whether it wrote more than it may.</param>
    internal CommandExit AtClose(CommandExit exit, bool exceedsOutput)
    {
        // It exited before it could be killed for its output.
        if (exceedsOutput && exit.Cause == ExitCause.Itself)
            exit = exit with { Cause = ExitCause.OutputLimit };
        return WithAppeared(exit with { Blocked = _refusals.Explain(exit, spawn.Profile ?? settings.Profile, output) });
    }

    /// <summary>With the protected names that have appeared in its folder.</summary>
    internal CommandExit WithAppeared(CommandExit exit)
    {
        var names = runner.Appeared();
        if (names.Count > 0)
            context.GetLogger().Warning("After {0} ({1}) there is in its folder what other programs may run, and was not there before: {2}", handle, spawn.Display, string.Join(", ", names));
        return exit with { Appeared = names };
    }
}
