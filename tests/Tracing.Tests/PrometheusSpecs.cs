using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace ActorBrowser.TracingTests;

/// <summary>The names that OpenTelemetry's Prometheus exporter writes for the product's instruments, once each of them has measured something.</summary>
public sealed partial class PrometheusSpecs
{
    [Fact]
    public async Task The_alert_rules_and_the_dashboard_ask_for_names_and_labels_that_the_exporter_writes()
    {
        var written = await ScrapeAsync();
        var names = Sample().Matches(written).Select(static line => line.Groups["name"].Value).ToHashSet();
        // Each histogram has three.
        Assert.Equal(26 + 3 * 2, names.Count);
        var samples = Path.Combine(SampleProgram.Path("Telemetry"), "../../../../..");
        var rules = await File.ReadAllTextAsync(Path.Combine(samples, "Prometheus", "actorbrowser.rules.yml"));
        var panels = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(samples, "Grafana", "actorbrowser.json"))).RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).Select(static target => target.GetProperty("expr").GetString()!);
        var asked = Asked().Matches(rules + string.Join('\n', panels)).Select(static name => name.Value).Distinct().ToArray();
        Assert.InRange(asked.Length, 20, 32);
        Assert.Empty(asked.Except(names));
        // The labels by which rules and panels sum and select.
        AssertLabels(written, "actorbrowser_child_exits_total", "role=\"renderer\"", "reason=\"Killed\"", "cause=\"Limit\"");
        AssertLabels(written, "actorbrowser_sandbox_violations_total", "role=\"renderer\"", "call=\"socket\"");
        AssertLabels(written, "actorbrowser_sandbox_missing_layers_total", "role=\"renderer\"", "layer=\"namespaces\"");
        AssertLabels(written, "actorbrowser_egress_connections_total", "outcome=\"Denied\"");
        AssertLabels(written, "actorbrowser_command_refused_total", "kind=\"Unavailable\"");
        AssertLabels(written, "actorbrowser_cluster_failed_total", "reason=\"NodesFull\"");
        AssertLabels(written, "actorbrowser_cluster_placed_total", "kind=\"Fetch\"");
    }

    [Fact]
    public async Task Durations_have_limits_of_seconds()
    {
        var limits = Limit().Matches(await ScrapeAsync()).Select(static found => found.Groups["limit"].Value).Distinct();
        Assert.Equal(["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "300", "1800", "+Inf"], limits);
    }

    private static async Task<string> ScrapeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter("ActorBrowser").AddPrometheusExporter());
        await using var app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        await app.StartAsync();
        MeasureEverything();
        using var client = new HttpClient();
        return await client.GetStringAsync($"{app.Urls.First()}/metrics").Soon();
    }

    private static void AssertLabels(string written, string name, params string[] labels)
    {
        var line = written.Split('\n').Single(line => line.StartsWith(name + "{", StringComparison.Ordinal));
        Assert.All(labels, label => Assert.Contains(label, line, StringComparison.Ordinal));
    }

    private static void MeasureEverything()
    {
        ChildMetrics.Started("renderer", TimeSpan.FromSeconds(0.2));
        ChildMetrics.Exited("renderer", ExitReason.Killed, KillCause.Limit, wasReady: true);
        ChildMetrics.DoesWithout("renderer", "namespaces");
        ChildMetrics.Violated("renderer", "socket");
        CommandMetrics.Started();
        CommandMetrics.Refused(SpawnFailure.Unavailable);
        CommandMetrics.Ended(new CommandExit(0, null, false, ExitCause.Itself, default, default, 0, default, default));
        EgressMetrics.Ended(EgressMetrics.Denied);
        FetchMetrics.Started();
        FetchMetrics.Completed(new PendingFetch(1, new FetchProtocol.Fetch("http://a.example/"), [], ActorRefs.Nobody, ActorBrowserSettings.From(ConfigurationFactory.Empty).Fetch, TimeProvider.System));
        TabMetrics.Crash();
        new TabMetrics().Show(TabState.Closed);
        new PoolMetrics("renderer").Show(0, 0, 0);
        ClusterMetrics.OnPlaced(WorkKind.Fetch);
        ClusterMetrics.OnFailed(ConversationFailure.NodesFull);
        ClusterMetrics.OnLinkLost();
        new ClusterMetrics().Show(0, 0);
    }

    [GeneratedRegex(@"^(?<name>actorbrowser_[a-z_]+)\{", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"\bactorbrowser_[a-z_]+\b")]
    private static partial Regex Asked();

    [GeneratedRegex("[{,]le=\"(?<limit>[^\"]+)\"")]
    private static partial Regex Limit();
}
