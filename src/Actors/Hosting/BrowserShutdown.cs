using System.Diagnostics;
using System.Globalization;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// The browser's part of the coordinated shutdown: commands get TERM and their grace, the actors stop, remaining processes are
/// killed, and the phase ends when the kernel has confirmed that no process is left.
/// </summary>
internal static class BrowserShutdown
{
    /// <summary>Tells an actor to admit no more work and to finish; answered by <see cref="Drained"/> when done.</summary>
    /// <param name="Grace">The most time it may take.</param>
    internal sealed record Drain(TimeSpan Grace) : INoSerializationVerificationNeeded;

    /// <summary>The answer to <see cref="Drain"/>.</summary>
    internal sealed class Drained : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Drained Instance = new();
    }

    /// <summary>Asks the browser whether it is stopping. Answered by <see cref="Stopping"/>; a browser that has stopped does not answer.</summary>
    internal sealed class AskIfStopping : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly AskIfStopping Instance = new();
    }

    /// <summary>The answer to <see cref="AskIfStopping"/>.</summary>
    internal sealed record Stopping(bool IsStopping) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    // The default-phase-timeout of Akka's reference configuration, which is not there yet when a host is built.
    private static readonly TimeSpan AkkaDefault = TimeSpan.FromSeconds(5);

    // The kernel needs no longer to end processes after SIGKILL.
    private static readonly TimeSpan ForKilling = TimeSpan.FromSeconds(1.5);

    // Of a node that its cluster has downed: others may do its work already, so nothing may go on here.
    private static readonly TimeSpan ForDowned = TimeSpan.FromMilliseconds(500);

    // Less than the phase's timeout, so that this code can still report what is left.
    private static readonly TimeSpan ForPhase = TimeSpan.FromMilliseconds(500);

    internal static void Register(ActorSystem system, IActorRef browser, ProcessRoster roster, ChildSettings settings)
    {
        const string phase = CoordinatedShutdown.PhaseServiceStop;
        // Akka's 5 seconds would cut off a longer stop-timeout. Set as a fallback: an explicit setting, or one already read, stays.
        if (!system.HasExtension<CoordinatedShutdown>() && PhaseOf(settings.StopTimeout, system.Settings.Config) is { } longer)
            system.Settings.InjectTopLevelFallback(longer);
        var shutdown = CoordinatedShutdown.Get(system);
        if (shutdown.Timeout(phase) < settings.StopTimeout)
            Logging.GetLogger(system, "ActorBrowser").Info(
                "actorbrowser.child.stop-timeout is {0} s, but Akka ends the phase {1} after {2} s: set akka.coordinated-shutdown.phases.{1}.timeout",
                settings.StopTimeout.TotalSeconds, phase, shutdown.Timeout(phase).TotalSeconds);
        shutdown.AddTask(phase, "actorbrowser", async () =>
        {
            // The phase ends at its timeout in any case, so the grace must fit within it.
            var whole = Min(shutdown.ShutdownReason is CoordinatedShutdown.ClusterDowningReason ? ForDowned : settings.StopTimeout, shutdown.Timeout(phase) - ForPhase);
            await RunAsync(system, browser, roster, whole).ConfigureAwait(false);
            return Done.Instance;
        });
    }

    /// <summary>The timeout that the phase needs, as configuration to fall back to; null if it has as much already.</summary>
    /// <param name="config">The embedder's configuration, as far as it is known.</param>
    internal static Config? PhaseFor(Config config)
    {
        try
        {
            return PhaseOf(ChildSettings.Read(new SettingsReader(config.WithFallback(ActorBrowserSettings.Reference))).StopTimeout, config);
        }
        catch (ConfigurationException)
        {
            // Reported when the browser starts.
            return null;
        }
    }

    private static Config? PhaseOf(TimeSpan stopTimeout, Config config)
    {
        var wanted = stopTimeout + ForPhase;
        return config.GetTimeSpan("akka.coordinated-shutdown.default-phase-timeout", AkkaDefault) >= wanted ? null
            : ConfigurationFactory.ParseString(string.Create(
                CultureInfo.InvariantCulture, $"akka.coordinated-shutdown.phases.{CoordinatedShutdown.PhaseServiceStop}.timeout = {Math.Ceiling(wanted.TotalMilliseconds)} ms"));
    }

    /// <summary>The part of the stop timeout in which commands may end by themselves.</summary>
    internal static TimeSpan GraceOf(TimeSpan whole) => whole > ForKilling * 2 ? whole - ForKilling : whole / 2;

    internal static async Task RunAsync(ActorSystem system, IActorRef browser, ProcessRoster roster, TimeSpan whole)
    {
        var log = Logging.GetLogger(system, "ActorBrowser");
        var begun = Stopwatch.GetTimestamp();
        using var patience = new CancellationTokenSource(whole);
        await DrainAsync(browser, GraceOf(whole), log).ConfigureAwait(false);
        system.Stop(browser);
        // As long as the drain left, so that a busy machine's children end by themselves.
        await WatchEndAsync(browser, Max(whole - ForKilling - Stopwatch.GetElapsedTime(begun), ForKilling / 3)).ConfigureAwait(false);
        try
        {
            var killed = await roster.EndAsync(patience.Token).ConfigureAwait(false);
            // As a rule their actors have killed them, and the kernel was not done: nothing that a log of a normal stop should have.
            if (killed.Count > 0)
                log.Debug("The browser stopped: {0} processes were killed ({1})", killed.Count, string.Join(", ", killed.Take(20)));
        }
        catch (OperationCanceledException)
        {
            log.Error("The browser stopped, but some processes are still alive after {0} s", whole.TotalSeconds);
        }
    }

    // Each actor ends its own process, and reports that end as asked for. A process that is killed before its actor stops would be
    // reported as crashed.
    private static async Task WatchEndAsync(IActorRef browser, TimeSpan most)
    {
        using var over = new CancellationTokenSource(most);
        try
        {
            await browser.WatchAsync(over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Something holds an actor up. The processes are killed without it.
        }
    }

    private static async Task DrainAsync(IActorRef browser, TimeSpan grace, ILoggingAdapter log)
    {
        using var over = new CancellationTokenSource();
        try
        {
            // A browser that stopped earlier does not answer.
            var ended = await Task.WhenAny(browser.Ask<Drained>(new Drain(grace), grace), browser.WatchAsync(over.Token)).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }
        catch (Exception e) when (e is AskTimeoutException or TaskCanceledException or TimeoutException)
        {
            log.Warning("The browser did not finish its work within {0} s of being stopped; remaining processes are killed", grace.TotalSeconds);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
