using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.ClusterTests;

/// <summary>What the restart of each of the cluster's actors keeps, and what others hear of it.</summary>
public sealed class ClusterRestartSpecs : IAsyncLifetime
{
    private readonly TaskCompletionSource _go = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private TestNode _browser = null!;
    private TestNode _front = null!;
    private Site _site = null!;

    public async Task InitializeAsync()
    {
        _site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/held")
            {
                _arrived.Release();
                await _go.Task.WaitAsync(context.RequestAborted);
            }
            await context.Response.WriteAsync("here");
        });
        _browser = await TestNode.StartAsync(isBrowser: true);
        _front = await TestNode.StartAsync(_browser);
        await _front.LinkedAsync(1);
    }

    public async Task DisposeAsync()
    {
        await _front.DisposeAsync();
        await _browser.DisposeAsync();
        await _site.DisposeAsync();
        _arrived.Dispose();
    }

    [Fact]
    public async Task The_cluster_s_actor_keeps_its_nodes_and_all_that_is_under_way()
    {
        var held = await HeldAsync("POST");
        _front.Cluster.Tell(Poison.Instance);
        await WorksAsync();
        _go.SetResult();
        Assert.NotNull((await held.Soon()).Response);
    }

    [Fact]
    public async Task A_browser_node_s_host_keeps_its_links_and_all_that_is_under_way()
    {
        var held = await HeldAsync("POST");
        _browser.System.ActorSelection($"/user/{NodeHost.Name}").Tell(Poison.Instance);
        await WorksAsync();
        _go.SetResult();
        Assert.NotNull((await held.Soon()).Response);
    }

    [Fact]
    public async Task A_link_that_fails_at_the_asking_node_ends_its_work_once_and_is_made_again()
    {
        var held = await HeldAsync("POST");
        _front.System.ActorSelection($"/user/{ClusterStart.Name}/link-*").Tell(Poison.Instance);
        Assert.Equal(FetchErrorKind.NodeLost, (await held.Soon()).Failure!.Kind);
        await WorksAsync();
    }

    [Fact]
    public async Task A_link_that_fails_at_the_browser_node_ends_its_work_once_and_is_made_again()
    {
        var held = await HeldAsync("POST");
        _browser.System.ActorSelection($"/user/{NodeHost.Name}/*").Tell(Poison.Instance);
        Assert.Equal(FetchErrorKind.NodeLost, (await held.Soon()).Failure!.Kind);
        await WorksAsync();
    }

    [Fact]
    public async Task A_conversation_that_fails_at_the_browser_node_fails_once()
    {
        var held = await HeldAsync("POST");
        _browser.System.ActorSelection($"/user/{NodeHost.Name}/*/*").Tell(Poison.Instance);
        Assert.Equal(FetchErrorKind.Unavailable, (await held.Soon()).Failure!.Kind);
        await WorksAsync();
    }

    [Fact]
    public async Task The_actor_of_a_task_manager_tells_who_waits_and_takes_the_next_picture()
    {
        await _front.Cluster.Ask<Picture>(WatchProtocol.GetPicture.Instance).Soon();
        _front.System.ActorSelection($"/user/{ClusterStart.Name}/watch").Tell(Poison.Instance);
        Assert.NotEmpty((await _front.Cluster.Ask<Picture>(WatchProtocol.GetPicture.Instance).Soon()).Processes);
    }

    private async Task<Task<FetchResult>> HeldAsync(string method)
    {
        var held = _front.Client.FetchAsync(new FetchProtocol.Fetch(_site.Root + "/held") { Method = method });
        await _arrived.WaitAsync().Soon();
        return held;
    }

    private async Task WorksAsync() => Assert.NotNull((await _front.Client.FetchAsync(_site.Root).Soon()).Response);
}
