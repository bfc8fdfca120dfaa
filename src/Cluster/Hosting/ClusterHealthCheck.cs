using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBrowser.Cluster;

/// <summary>Healthy while a browser node is linked to this one; degraded while requests wait for one; the registration's failure status without one.</summary>
internal sealed class ClusterHealthCheck : IAkkaHealthCheck
{
    // The registration's own timeout is shorter if the program sets one.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(AkkaHealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failed = context.Registration?.FailureStatus ?? HealthStatus.Unhealthy;
        if (!context.ActorRegistry.TryGet<ClusterBrowser>(out var cluster))
            return new HealthCheckResult(failed, "WithActorBrowserCluster was not called.");
        try
        {
            var nodes = await cluster.Ask<ClusterProtocol.Nodes>(new ClusterProtocol.GetNodes(), s_patience, cancellationToken).ConfigureAwait(false);
            var linked = nodes.All.Count(static node => node is { IsLinked: true, IsReachable: true });
            var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["known"] = nodes.All.Count, ["linked"] = linked, ["waiting"] = nodes.Waiting };
            return linked == 0 ? new HealthCheckResult(failed, $"No browser node is linked to this one; {nodes.All.Count} are known.", null, data)
                : nodes.Waiting > 0 ? HealthCheckResult.Degraded($"{nodes.Waiting} requests wait for a browser node.", null, data)
                : HealthCheckResult.Healthy($"{linked} browser nodes are linked.", data);
        }
        catch (AskTimeoutException)
        {
            return new HealthCheckResult(failed, $"The cluster's actor did not answer within {s_patience.TotalSeconds} s.");
        }
    }
}
