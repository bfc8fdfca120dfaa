using System.Globalization;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// The browser's part of a system's coordinated shutdown: commands get their TERM and grace, then the actors stop, what still
/// runs is killed, and the phase ends when the kernel has confirmed that no process is left.
/// </summary>
internal static class BrowserShutdown
{
    /// <summary>Actors are told to finish: nothing new is admitted, and <see cref="Drained"/> is the answer once there is nothing left to finish.</summary>
    /// <param name="Grace">At most so long.</param>
    internal sealed record Drain(TimeSpan Grace) : INoSerializationVerificationNeeded;

    /// <summary>The answer to <see cref="Drain"/>.</summary>
    internal sealed class Drained : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Drained Instance = new();
    }

    // The kernel takes no longer to end what was sent SIGKILL.
    private static readonly TimeSpan ForKilling = TimeSpan.FromSeconds(1.5);

    // Less than the phase has: what is left at its end is told by this side.
    private static readonly TimeSpan ForPhase = TimeSpan.FromMilliseconds(500);

    internal static void Register(ActorSystem system, IActorRef browser, ProcessRoster roster, ChildSettings settings)
    {
        const string phase = CoordinatedShutdown.PhaseServiceStop;
        // Akka's 5 seconds would cut a longer stop-timeout. A fallback: what somebody has configured stays, and so does what was read before.
        var wanted = settings.StopTimeout + ForPhase;
        if (!system.HasExtension<CoordinatedShutdown>() && system.Settings.Config.GetTimeSpan("akka.coordinated-shutdown.default-phase-timeout") < wanted)
            system.Settings.InjectTopLevelFallback(PhaseOf(phase, wanted));
        var shutdown = CoordinatedShutdown.Get(system);
        if (shutdown.Timeout(phase) < settings.StopTimeout)
            Logging.GetLogger(system, "ActorBrowser").Info(
                "actorbrowser.child.stop-timeout is {0} s, but Akka ends the phase {1} after {2} s: set akka.coordinated-shutdown.phases.{1}.timeout",
                settings.StopTimeout.TotalSeconds, phase, shutdown.Timeout(phase).TotalSeconds);
        shutdown.AddTask(phase, "actorbrowser", async () =>
        {
            // The phase is over at its own timeout, whatever is left: the grace has to fit in.
            var whole = Min(settings.StopTimeout, shutdown.Timeout(phase) - ForPhase);
            await RunAsync(system, browser, roster, whole).ConfigureAwait(false);
            return Done.Instance;
        });
    }

    private static Config PhaseOf(string phase, TimeSpan timeout) => ConfigurationFactory.ParseString(string.Create(
        CultureInfo.InvariantCulture, $"akka.coordinated-shutdown.phases.{phase}.timeout = {Math.Ceiling(timeout.TotalMilliseconds)} ms"));

    /// <summary>How much of the time for a stop is for commands to end in.</summary>
    internal static TimeSpan GraceOf(TimeSpan whole) => whole > ForKilling * 2 ? whole - ForKilling : whole / 2;

    internal static async Task RunAsync(ActorSystem system, IActorRef browser, ProcessRoster roster, TimeSpan whole)
    {
        var log = Logging.GetLogger(system, "ActorBrowser");
        using var patience = new CancellationTokenSource(whole);
        await DrainAsync(browser, GraceOf(whole), log).ConfigureAwait(false);
        system.Stop(browser);
        try
        {
            var killed = await roster.EndAsync(patience.Token).ConfigureAwait(false);
            if (killed.Count > 0)
                log.Info("The browser stopped: {0} processes were killed ({1})", killed.Count, string.Join(", ", killed.Take(20)));
        }
        catch (OperationCanceledException)
        {
            log.Error("The browser stopped, but some processes are not gone after {0} s", whole.TotalSeconds);
        }
    }

    private static async Task DrainAsync(IActorRef browser, TimeSpan grace, ILoggingAdapter log)
    {
        using var over = new CancellationTokenSource();
        try
        {
            // One that was stopped before answers nothing.
            var ended = await Task.WhenAny(browser.Ask<Drained>(new Drain(grace), grace), browser.WatchAsync(over.Token)).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }
        catch (Exception e) when (e is AskTimeoutException or TaskCanceledException or TimeoutException)
        {
            log.Warning("The browser did not finish its work within {0} s of being stopped: what is left is killed", grace.TotalSeconds);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
