using ActorBrowser.Cluster;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBrowser.ClusterTests;

/// <summary>What a host's services get of the cluster.</summary>
public sealed class HostingSpecs
{
    [Fact]
    public async Task An_injected_client_asks_the_cluster_on_a_node_without_a_browser_and_its_health_is_that_of_its_links()
    {
        await using var site = await Site.EchoingAsync();
        await using var front = await TestNode.StartAsync();
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(front));
        await using var browser = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(1);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(front));
        foreach (var node in new[] { front, browser })
            Assert.NotNull((await node.Services.GetRequiredService<BrowserClient>().FetchAsync(site.Root).Soon()).Response);
    }

    [Fact]
    public async Task A_client_reaches_a_tab_by_its_name_leaves_it_and_finds_it_again()
    {
        await using var site = await Site.StartAsync(static context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<title>Here</title>");
        });
        await using var browser = await TestNode.StartAsync(isBrowser: true);
        await using var front = await TestNode.StartAsync(browser);
        await front.LinkedAsync(1);
        var name = new ClusterProtocol.OpenClusterTab("ann", "news");
        var tab = await front.Client.OpenClusterTabAsync(name).WaitAsync(2 * Deadline.Long);
        Assert.Equal("Here", (await tab.NavigateAsync(site.Root).Soon()).Document.Title);
        tab.LeaveClusterTab();
        await using var again = await browser.Client.OpenClusterTabAsync(name).Soon();
        Assert.Equal("Here", (await again.SnapshotAsync().Soon()).Title);
        await Assert.ThrowsAsync<InvalidMessageException>(() => front.Client.OpenClusterTabAsync(new ClusterProtocol.OpenClusterTab("a/b", "c")).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => front.Client.OpenClusterTabAsync(name with { MustExist = true }).Soon());
    }

    private static async Task<HealthStatus> HealthAsync(TestNode node) =>
        (await node.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(static check => check.Name == "actorbrowser-cluster").Soon()).Status;
}
