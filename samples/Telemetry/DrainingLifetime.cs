using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ActorBrowser.Samples.Telemetry;

/// <summary>
/// Instead of the host's own: between SIGTERM and the host's stop it waits for the requests under way, because the browser ends every
/// fetch as soon as the host begins to stop. The service still answers meanwhile, and is not ready. A second signal stops at once.
/// </summary>
internal sealed class DrainingLifetime(IHostApplicationLifetime host, IConfiguration configuration) : IHostLifetime, IHealthCheck, IDisposable
{
    // So long the load balancer may still send requests; and so long those under way may take.
    private readonly TimeSpan _settle = TimeSpan.FromSeconds(configuration.GetValue("Drain:Settle", 0));
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(configuration.GetValue("Drain:Patience", 20));
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly Lock _lock = new();
    private int _underWay;
    private bool _drains;
    private bool _isSettled;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An endpoint's filter: counts a request that a drain waits for.</summary>
    public async ValueTask<object?> CountAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        Change(1);
        try
        {
            return await next(context);
        }
        finally
        {
            Change(-1);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Volatile.Read(ref _drains) ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());

    public void Dispose() => _signals.ForEach(static signal => signal.Dispose());

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Exchange(ref _drains, true))
            host.StopApplication();
        else
            _ = DrainAsync();
    }

    private async Task DrainAsync()
    {
        await Task.Delay(_settle);
        lock (_lock)
            _isSettled = true;
        Change(0);
        await Task.WhenAny(_idle.Task, Task.Delay(_patience));
        host.StopApplication();
    }

    private void Change(int by)
    {
        lock (_lock)
        {
            _underWay += by;
            if (_isSettled && _underWay == 0)
                _idle.TrySetResult();
        }
    }
}
