using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActorBrowser.CommandsTests;

/// <summary>What a host configures and asks: options, and health as ASP.NET's endpoint reports it.</summary>
public sealed class HostHealthSpecs
{
    [Fact]
    public async Task The_health_check_is_healthy_while_the_browser_works_and_fails_when_the_browser_has_stopped()
    {
        using var host = Build(static browser => browser.ChildExecutable = TestChildProgram.Path);
        await host.StartAsync().Soon();
        await UntilAsync(host, HealthStatus.Healthy);
        var entry = await CheckAsync(host);
        Assert.Equal("no process", entry.Data["network"]);
        Assert.Contains("processes", (string)entry.Data["renderer"], StringComparison.Ordinal);
        Assert.Contains("akka", entry.Tags);
        var browser = await host.Services.GetRequiredService<IRequiredActor<BrowserActor>>().GetAsync();
        await Akka.Actor.GracefulStopSupport.GracefulStop(browser, Deadline.Long);
        await UntilAsync(host, HealthStatus.Unhealthy);
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task The_health_check_is_degraded_when_no_network_process_can_be_started()
    {
        using var host = Build(static browser => browser.ChildExecutable = "/bin/false");
        await host.StartAsync().Soon();
        var browser = await host.Services.GetRequiredService<IRequiredActor<BrowserActor>>().GetAsync();
        browser.Tell(new FetchProtocol.Fetch("http://127.0.0.1:1/"), Akka.Actor.ActorRefs.NoSender);
        await UntilAsync(host, HealthStatus.Degraded);
        Assert.Contains("network process", (await CheckAsync(host)).Description, StringComparison.Ordinal);
        await host.StopAsync().Soon();
    }

    [Theory]
    [InlineData("""{ "child": { "stop-timeout": "25s" }, "tabs": { "scripts": "page" }, "sandbox": { "enabled": true } }""", 25.5)]
    [InlineData("""{ }""", 10.5)]
    public async Task Options_come_from_the_host_s_configuration(string json, double seconds)
    {
        using var host = Build(json);
        await host.StartAsync().Soon();
        var shutdown = Akka.Actor.CoordinatedShutdown.Get(host.Services.GetRequiredService<Akka.Actor.ActorSystem>());
        Assert.Equal(TimeSpan.FromSeconds(seconds), shutdown.Timeout(Akka.Actor.CoordinatedShutdown.PhaseServiceStop));
        await host.StopAsync().Soon();
    }

    [Fact]
    public async Task A_key_of_the_host_s_configuration_that_is_unknown_is_refused_by_its_name()
    {
        using var host = Build("""{ "fetch": { "totaltimeout": "1s", "a \"quote\" \\ and\nmore": "x" } }""");
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync().Soon());
        Assert.Contains("actorbrowser.fetch.", refused.ToString(), StringComparison.Ordinal);
        await host.StopAsync().Soon();
    }

    private static IHost Build(string json)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Browser": {{json}} }""")));
        builder.Services.Configure<ActorBrowserOptions>(options => options.AddSettings(builder.Configuration.GetSection("Browser")).ChildExecutable = TestChildProgram.Path);
        builder.Services.AddAkka("service", static (akka, services) => akka.WithActorBrowser(services.GetRequiredService<IOptions<ActorBrowserOptions>>().Value));
        return builder.Build();
    }

    private static IHost Build(Action<ActorBrowserOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("service", akka => akka.WithActorBrowser(configure).WithActorBrowserHealthCheck());
        builder.Services.AddHealthChecks();
        return builder.Build();
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().Soon()).Entries["actorbrowser"];

    private static async Task UntilAsync(IHost host, HealthStatus wanted)
    {
        using var patience = new CancellationTokenSource(Deadline.Long);
        for (var entry = await CheckAsync(host); entry.Status != wanted; entry = await CheckAsync(host))
            Assert.False(patience.IsCancellationRequested, $"It is {entry.Status}, not {wanted}: {entry.Description} {entry.Exception}");
    }
}
