using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorBrowser.ClusterProof;

/// <summary>A browser node's process. It waits for one line with its address and the seed; the end of its stdin is its own.</summary>
internal static class NodeProgram
{
    internal static async Task<int> RunAsync(string name)
    {
        Console.WriteLine("waiting");
        if (Console.In.ReadLine()?.Split(' ') is not [var address, var seed, var timing])
            return 64;
        var child = Environment.GetEnvironmentVariable(Member.ChildVariable) is { Length: > 0 } given ? given : Environment.ProcessPath!;
        using var host = Member.Build("browser", address, seed, child, Member.Agent + name, timing == NodeProcess.QuickWord);
        await host.StartAsync();
        Console.WriteLine("started " + Akka.Cluster.Cluster.Get(host.Services.GetRequiredService<Akka.Actor.ActorSystem>()).SelfAddress);
        var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            life.StopApplication();
        });
        // A node that was downed ends here, too: its actor system stops, and the host with it.
        await host.WaitForShutdownAsync();
        return 0;
    }
}
