using ActorBrowser.Cluster;
using ActorBrowser.Dashboard;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.Samples.Nodes;

/// <summary>A browser node: it offers its processes to the cluster, and shows them on the task manager's page.</summary>
internal static class BrowserNode
{
    internal static async Task RunAsync(string seed)
    {
        var token = Environment.GetEnvironmentVariable(Member.TokenVariable);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(static console => console.SingleLine = true);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAkka("sample", akka => akka
            .AsMember("browser", Environment.GetEnvironmentVariable(Member.SecretVariable) ?? "", seed)
            .WithActorBrowser()
            .WithActorBrowserCluster());
        await using var app = builder.Build();
        app.MapActorBrowser("/processes", options => options.Token = token);
        await app.StartAsync();

        var page = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var address = Akka.Cluster.Cluster.Get(app.Services.GetRequiredService<ActorSystem>()).SelfAddress;
        // The first line that the front reads.
        Console.WriteLine($"{NodeProcess.ReadyWord} {address} {page}/processes/");

        // The front holds the other end of stdin: its end, whatever the reason, is the node's.
        var life = app.Services.GetRequiredService<IHostApplicationLifetime>();
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            life.StopApplication();
        });
        await ((IHost)app).WaitForShutdownAsync();
    }
}
