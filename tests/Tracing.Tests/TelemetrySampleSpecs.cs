using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.TracingTests;

/// <summary>The sample as docs/operations.md and docs/deployment.md use it: scraped, asked for its health, sending spans to a collector, and stopped.</summary>
public sealed class TelemetrySampleSpecs
{
    [Fact]
    public async Task It_serves_its_figures_sends_its_spans_and_stops_after_the_requests_under_way()
    {
        var spans = new ConcurrentQueue<SeenSpan>();
        var (arrived, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/held")
            {
                arrived.TrySetResult();
                await released.Task;
            }
            await context.Response.WriteAsync("found");
        });
        await using var collector = await Site.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            if (context.Request.Path == "/v1/traces")
                OtlpSpans.Read(new CodedInputStream(body.ToArray())).ForEach(spans.Enqueue);
            context.Response.ContentType = "application/x-protobuf";
        });
        var start = new ProcessStartInfo(SampleProgram.Path("Telemetry")) { RedirectStandardOutput = true, RedirectStandardError = true };
        var root = $"http://127.0.0.1:{FreePort()}";
        start.Environment["ASPNETCORE_URLS"] = root;
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Root;
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        start.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        using var process = Process.Start(start)!;
        using var end = new Cleanup(process);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var client = new HttpClient { BaseAddress = new Uri(root) };
        await ProcessTable.Until(() => process.HasExited || Status(client, "/health/live") is not null, Deadline.Long);

        Assert.Equal("200, 5 bytes", await client.GetStringAsync($"/fetch?url={site.Root}/").Soon());
        Assert.Equal("Healthy", await client.GetStringAsync("/health/ready").Soon());
        var figures = await client.GetStringAsync("/metrics").Soon();
        Assert.Contains("actorbrowser_fetch_ended_total{otel_scope_name=\"ActorBrowser\",outcome=\"Completed\"} 1\n", figures, StringComparison.Ordinal);
        Assert.Contains("actorbrowser_child_live{otel_scope_name=\"ActorBrowser\",role=\"network\"} 1\n", figures, StringComparison.Ordinal);
        Assert.Contains("actorbrowser_child_start_duration_seconds_bucket{otel_scope_name=\"ActorBrowser\",role=\"network\",le=\"0.25\"} ", figures, StringComparison.Ordinal);
        await ProcessTable.Until(() => spans.Any(static span => span.Name == "network") && spans.Any(static span => span.Name == "GET"), Deadline.Long);

        var held = client.GetStringAsync($"/fetch?url={site.Root}/held");
        await arrived.Task.Soon();
        using (var terminate = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await terminate.WaitForExitAsync().Soon();
        await ProcessTable.Until(() => Status(client, "/health/ready") == HttpStatusCode.ServiceUnavailable, Deadline.Long);
        Assert.Equal(HttpStatusCode.OK, Status(client, "/health/live"));
        released.SetResult();
        Assert.Equal("200, 5 bytes", await held.Soon());
        await process.WaitForExitAsync().Soon();
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.DoesNotContain("BrowserStoppedException", await output, StringComparison.Ordinal);
        Assert.Empty(ProcessTable.ChildrenOf(process.Id));
    }

    // Null while it does not listen yet.
    private static HttpStatusCode? Status(HttpClient client, string path)
    {
        try
        {
            using var answer = client.Send(new HttpRequestMessage(HttpMethod.Get, path));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    // After a failed assertion the service would go on.
    private sealed class Cleanup(Process process) : IDisposable
    {
        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
