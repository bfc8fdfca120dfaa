using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Healthy while the browser answers and its processes can be started; degraded while those of the network or of a pool cannot; the registration's failure status if the browser has stopped or does not answer.
/// </summary>
internal sealed class BrowserHealthCheck : IAkkaHealthCheck
{
    // The registration's own timeout is shorter if the program sets one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(AkkaHealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failed = context.Registration?.FailureStatus ?? HealthStatus.Unhealthy;
        if (!context.ActorRegistry.TryGet<BrowserActor>(out var actor))
            return new HealthCheckResult(failed, "No browser was started by WithActorBrowser.");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(Patience);
        try
        {
            var browser = BrowserLife.Of(actor);
            var children = await browser.AskAsync<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, over.Token).ConfigureAwait(false);
            var network = await Reply.AskAsync<ChildProcessProtocol.Status>(children.Network, GetStatus.Instance, static _ => BrowserLife.Stop(), over.Token).ConfigureAwait(false);
            var pools = await browser.AskAsync<BrowserProtocol.Pools>(new BrowserProtocol.GetPools(), over.Token).ConfigureAwait(false);
            return Judge(network, pools.All);
        }
        catch (BrowserStoppedException e)
        {
            return new HealthCheckResult(failed, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(failed, $"The browser did not answer within {Patience.TotalSeconds} s.");
        }
    }

    private static HealthCheckResult Judge(ChildProcessProtocol.Status network, IReadOnlyList<PoolStatus> pools)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["network"] = network.State == ChildState.Exited ? "no process" : network.State.ToString() };
        foreach (var pool in pools)
            data[pool.Role] = $"{pool.Processes} processes, {pool.Idle} idle, {pool.Waiting} requests wait";
        var problems = pools.Select(static pool => pool.Degraded).OfType<string>().ToList();
        if (network.Problem is { } problem)
            problems.Insert(0, problem);
        return problems.Count == 0 ? HealthCheckResult.Healthy("The browser works.", data) : HealthCheckResult.Degraded(string.Join(' ', problems), null, data);
    }
}
