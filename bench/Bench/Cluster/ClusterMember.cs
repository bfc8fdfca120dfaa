using System.Diagnostics;
using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Bench.Cluster;

/// <summary>A member of a cluster on loopback: the front is the bench program itself, a browser node another process of it.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    /// <summary>The argument of a browser node; the child program and the seed's address follow.</summary>
    internal const string Argument = "--cluster-node";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly List<Process> _nodes = [];

    private ClusterMember(IHost host)
    {
        _host = host;
        System = host.Services.GetRequiredService<ActorSystem>();
        Browser = host.Services.GetRequiredService<IRequiredActor<ClusterBrowser>>().ActorRef;
    }

    internal ActorSystem System { get; }

    /// <summary>The cluster's actor.</summary>
    internal IActorRef Browser { get; }

    /// <summary>The processes of the browser nodes.</summary>
    internal IEnumerable<int> Nodes => _nodes.Select(static node => node.Id);

    /// <summary>Starts a front and so many browser nodes, and waits until they are linked.</summary>
    internal static async Task<ClusterMember> StartAsync(BenchContext context, int nodes)
    {
        var front = new ClusterMember(await StartHostAsync("front", context.ChildExecutable));
        var cluster = Akka.Cluster.Cluster.Get(front.System);
        await cluster.JoinAsync(cluster.SelfAddress).WaitAsync(s_patience);
        for (var i = 0; i < nodes; i++)
            front._nodes.Add(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Argument, context.ChildExecutable, cluster.SelfAddress.ToString()]) { RedirectStandardInput = true })!);
        using var late = new CancellationTokenSource(s_patience);
        while ((await front.Browser.Ask<ClusterProtocol.Nodes>(new ClusterProtocol.GetNodes(), s_patience)).All.Count(static node => node.IsLinked) < nodes)
            await Task.Delay(50, late.Token);
        return front;
    }

    /// <summary>Runs a browser node until its stdin ends.</summary>
    internal static async Task<int> RunNodeAsync(string child, string seed)
    {
        using var host = await StartHostAsync("browser", child);
        await Akka.Cluster.Cluster.Get(host.Services.GetRequiredService<ActorSystem>()).JoinAsync(Address.Parse(seed)).WaitAsync(s_patience);
        host.Services.GetRequiredService<ActorSystem>().ActorOf(Props.Create(() => new StreamRefBytes()), StreamRefBytes.Name);
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node.StandardInput.Close();
            await node.WaitForExitAsync();
            node.Dispose();
        }
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<IHost> StartHostAsync(string role, string child)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("bench", akka => akka
            .AddHocon($"akka {{ loglevel = WARNING, stdout-loglevel = OFF, log-dead-letters = off }}\nactorbrowser.child.executable = \"{child}\"", HoconAddMode.Prepend)
            .AddHocon(StreamRefBytes.Configuration, HoconAddMode.Append)
            .WithRemoting("127.0.0.1", 0)
            .WithClustering(new ClusterOptions { Roles = [role] })
            .WithActorBrowserCluster());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
