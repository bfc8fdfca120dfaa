using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace ActorBrowser.Architecture;

/// <summary>The alert rules and the Grafana dashboard ask for instruments that exist, by the names that OpenTelemetry's Prometheus exporters give them; docs/operations.md explains each rule.</summary>
public sealed partial class Alerts
{
    private static readonly HashSet<string> s_known = [.. Repository.Files("src/Actors/Telemetry", "*.cs").Append(Path.Combine(Repository.Root, "src", "Cluster", "ClusterMetrics.cs")).SelectMany(static file => Instrument().Matches(File.ReadAllText(file))).SelectMany(static found =>
    {
        var name = found.Groups["name"].Value.Replace('.', '_') + (found.Groups["unit"].Value == "s" ? "_seconds" : "");
        return found.Groups["kind"].Value switch
        {
            "CreateCounter<long>" => (string[])[name + "_total"],
            "CreateHistogram<double>" => [name + "_bucket", name + "_sum", name + "_count"],
            _ => [name],
        };
    })];

    [Fact]
    public void Every_instrument_is_found() => Assert.Equal(26, s_known.Count(static name => !name.EndsWith("_sum", StringComparison.Ordinal) && !name.EndsWith("_count", StringComparison.Ordinal)));

    [Fact]
    public void Each_alert_asks_for_instruments_that_exist_and_is_explained()
    {
        var rules = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Prometheus", "actorbrowser.rules.yml")).Split("- alert: ")[1..];
        Assert.Equal(15, rules.Length);
        Assert.All(rules, static rule => AssertKnown(rule));
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md")).Where(static line => line.StartsWith("| `ActorBrowser", StringComparison.Ordinal));
        Assert.Equal(rules.Select(static rule => rule.Split('\n')[0]), rows.Select(static row => row.Split('`')[1]));
    }

    [Fact]
    public void Each_panel_asks_for_instruments_that_exist_and_for_the_chosen_source()
    {
        var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "samples", "Grafana", "actorbrowser.json"))).RootElement;
        Assert.All(dashboard.GetProperty("panels").EnumerateArray(), static panel =>
        {
            Assert.Equal("${source}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.All(panel.GetProperty("targets").EnumerateArray(), static target => AssertKnown(target.GetProperty("expr").GetString()!));
        });
        Assert.Equal("source", dashboard.GetProperty("templating").GetProperty("list")[0].GetProperty("name").GetString());
    }

    private static void AssertKnown(string text)
    {
        var asked = Asked().Matches(text).Select(static name => name.Value).ToArray();
        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.Contains(name, s_known));
    }

    [GeneratedRegex(@"(?<kind>Create\w+<\w+>|Show|ShowByRole)\(\s*""(?<name>actorbrowser\.[a-z_.]+)"", ""(?<unit>[^""]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"\bactorbrowser_[a-z_]+\b")]
    private static partial Regex Asked();
}
