using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Samples.Telemetry;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

// A service that fetches for its callers, as it is deployed: docs/deployment.md. Its address is ASPNETCORE_URLS.
if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAkka("service", akka => akka
    .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory())
    // Akka's own handler of SIGTERM would stop the browser at once; the host stops the actor system in its turn.
    .AddHocon("akka.coordinated-shutdown.run-by-clr-shutdown-hook = off", HoconAddMode.Prepend)
    .WithActorBrowser()
    .WithActorBrowserHealthCheck());
builder.Services.AddBrowserClient();
builder.Services.AddSingleton<DrainingLifetime>();
builder.Services.AddSingleton<IHostLifetime>(services => services.GetRequiredService<DrainingLifetime>());
builder.Services.AddHealthChecks().AddCheck<DrainingLifetime>("draining");
// Longer than actorbrowser.child.stop-timeout; with the drain, shorter than what systemd or Kubernetes waits before SIGKILL.
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(15));

// <!-- telemetry -->
var telemetry = builder.Services.AddOpenTelemetry()
    .ConfigureResource(resource => resource.AddService("fetcher"))
    .WithMetrics(metrics => metrics.AddMeter("ActorBrowser").AddPrometheusExporter())
    // With ASP.NET's own spans: under a request whose span nobody records, OpenTelemetry records nothing by default.
    .WithTracing(tracing => tracing.AddSource("ActorBrowser", "Microsoft.AspNetCore"));
// The collector's address, protocol and headers are OpenTelemetry's own variables: OTEL_EXPORTER_OTLP_ENDPOINT, …_PROTOCOL, …_HEADERS.
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
    telemetry.WithTracing(tracing => tracing.AddOtlpExporter());
}
// <!-- /telemetry -->

var app = builder.Build();
app.MapPrometheusScrapingEndpoint();
// Alive: this process answers. Ready: the browser works, and no signal has come.
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable } });
app.MapGet("/fetch", static async (string url, BrowserClient browser) =>
{
    try
    {
        var answer = await browser.FetchAsync(url);
        return answer.Match(
            static response => Results.Text($"{response.Status}, {response.Body.Length} bytes"),
            static failure => Results.Text($"{failure.Kind}: {failure.Message}", statusCode: StatusCodes.Status502BadGateway));
    }
    catch (BrowserStoppedException e)
    {
        return Results.Text(e.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}).AddEndpointFilter(app.Services.GetRequiredService<DrainingLifetime>().CountAsync);
await app.RunAsync();
return 0;
