using ActorBrowser.Cluster;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.ClusterTests;

/// <summary>The code of docs/cluster.md.</summary>
public sealed class ClusterGuideSpecs
{
    [Fact]
    public async Task A_service_with_one_browser_node_fetches_by_way_of_the_cluster()
    {
        await using var site = await Site.EchoingAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        var settings = $$"""
            akka.loglevel = ERROR
            akka.coordinated-shutdown.exit-clr = off
            actorbrowser.child.executable = "{{TestChildProgram.Path}}"
            """;
        // <!-- cluster -->
        builder.Services.AddAkka("service", akka => akka
            .AddHocon(settings, HoconAddMode.Prepend) // your own configuration, such as actorbrowser.cluster.capacity.tabs = 20
            .WithRemoting("127.0.0.1", 0)
            .WithClustering(new ClusterOptions { Roles = ["browser"] })
            .WithActorBrowserCluster(role: "browser"));
        // <!-- /cluster -->
        using var host = builder.Build();
        await host.StartAsync().Soon();
        var own = Akka.Cluster.Cluster.Get(host.Services.GetRequiredService<Akka.Actor.ActorSystem>());
        await own.JoinAsync(own.SelfAddress).Soon();
        // <!-- ask -->
        var cluster = host.Services.GetRequiredService<IRequiredActor<ClusterBrowser>>().ActorRef;
        var client = BrowserClient.For(cluster);
        var answer = await client.FetchAsync(site.Root);
        // <!-- /ask -->
        Assert.Equal(200, answer.Match(static response => response.Status, static failure => throw new InvalidOperationException(failure.Message)));
        await host.StopAsync().Soon();
    }
}
