using System.Globalization;
using Akka;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// A browser node's part of the coordinated shutdown, by which it leaves the cluster: it takes no new work, and its work has
/// <c>actorbrowser.cluster.drain-timeout</c> to end before the browser is stopped.
/// </summary>
internal static class ClusterDrain
{
    private const string Phase = CoordinatedShutdown.PhaseServiceRequestsDone;

    private static readonly TimeSpan s_beyond = TimeSpan.FromSeconds(1);

    /// <summary>The timeout that the phase needs, as configuration to fall back to.</summary>
    internal static Config? PhaseFor(Config config)
    {
        try
        {
            var wanted = ClusterSettings.From(config).DrainTimeout + s_beyond;
            return ConfigurationFactory.ParseString(string.Create(
                CultureInfo.InvariantCulture, $"akka.coordinated-shutdown.phases.{Phase}.timeout = {Math.Ceiling(wanted.TotalMilliseconds)} ms"));
        }
        catch (ConfigurationException)
        {
            // Reported when the node starts.
            return null;
        }
    }

    internal static void Register(ActorSystem system, IActorRef host, IActorRef region, ClusterSettings settings)
    {
        var shutdown = CoordinatedShutdown.Get(system);
        // Before the browser stops: tabs must not end with it. Sharding itself would do this later.
        shutdown.AddTask(Phase, "actorbrowser-move-tabs", async () =>
        {
            var most = shutdown.ShutdownReason is CoordinatedShutdown.ClusterDowningReason ? TimeSpan.Zero : Min(settings.DrainTimeout, shutdown.Timeout(Phase) - (s_beyond / 2));
            if (most > TimeSpan.Zero)
                await MoveTabsAsync(region, most, Logging.GetLogger(system, "ActorBrowser")).ConfigureAwait(false);
            return Done.Instance;
        });
        shutdown.AddTask(Phase, "actorbrowser-drain", async () =>
        {
            // A node that was downed has no askers left.
            var most = shutdown.ShutdownReason is CoordinatedShutdown.ClusterDowningReason ? TimeSpan.Zero : Min(settings.DrainTimeout, shutdown.Timeout(Phase) - (s_beyond / 2));
            if (most > TimeSpan.Zero)
                await DrainAsync(host, most, Logging.GetLogger(system, "ActorBrowser")).ConfigureAwait(false);
            return Done.Instance;
        });
    }

    private static async Task DrainAsync(IActorRef host, TimeSpan most, ILoggingAdapter log)
    {
        try
        {
            await host.Ask<NodeHost.Left>(NodeHost.BeginLeaving.Instance, most).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            log.Warning("The node's work for other nodes did not end within {0} s of leaving; what is left ends with the browser", most.TotalSeconds);
        }
    }

    private static async Task MoveTabsAsync(IActorRef region, TimeSpan most, ILoggingAdapter log)
    {
        try
        {
            await region.GracefulStop(most, GracefulShutdown.Instance).ConfigureAwait(false);
        }
        catch (TaskCanceledException)
        {
            log.Warning("The node's tabs did not move to other nodes within {0} s of leaving; those that are left come back there where they were kept last", most.TotalSeconds);
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
