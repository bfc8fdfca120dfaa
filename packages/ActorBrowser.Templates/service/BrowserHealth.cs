using ActorBrowser;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BrowserService;

/// <summary>Healthy while the process that fetches accepts work; it is started again when it is lost.</summary>
public sealed class BrowserHealth(IRequiredActor<BrowserActor> browser) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var actor = await browser.GetAsync(cancellationToken);
            var children = await actor.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Patience, cancellationToken);
            var network = await children.Network.Ask<ChildProcessProtocol.Status>(ChildProcessProtocol.GetStatus.Instance, Patience, cancellationToken);
            var said = $"network child: {network.State} ({network.Image}), {network.Layers.Count(static layer => layer.Enforced)} layers in force";
            return network.State == ChildState.Ready ? HealthCheckResult.Healthy(said) : HealthCheckResult.Unhealthy(said);
        }
        catch (Exception e) when (e is AskTimeoutException or BrowserStoppedException)
        {
            return HealthCheckResult.Unhealthy(e.Message, e);
        }
    }
}
