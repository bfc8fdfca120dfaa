using ActorBrowser.TestSupport;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace ActorBrowser.GuideTests;

/// <summary>What docs/embedding.md says of a host's settings and health.</summary>
public sealed class HostOptionsSpecs
{
    [Fact]
    public async Task A_host_configures_the_browser_and_asks_for_its_health()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("Browser:fetch:total-timeout", "30s"), new("Browser:child:stop-timeout", "20s")]);
        // <!-- hostoptions -->
        builder.Services.Configure<ActorBrowserOptions>(options => options.AddSettings(builder.Configuration.GetSection("Browser")));
        builder.Services.AddAkka("service", (akka, services) => akka
            .WithActorBrowser(services.GetRequiredService<IOptions<ActorBrowserOptions>>().Value)
            .WithActorBrowserHealthCheck());
        // <!-- /hostoptions -->
        builder.Services.AddHealthChecks();
        using var host = builder.Build();
        await host.StartAsync().Soon();
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().Soon();
        Assert.Equal(HealthStatus.Healthy, health.Entries["actorbrowser"].Status);
        await host.StopAsync().Soon();
    }
}
