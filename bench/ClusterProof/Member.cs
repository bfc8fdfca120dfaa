using ActorBrowser.Cluster;
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorBrowser.ClusterProof;

/// <summary>The configuration of all members of the cluster.</summary>
internal static class Member
{
    internal const string ChildVariable = "ACTORBROWSER_PROOF_CHILD";

    // What a site sees of a node, so that it knows which one has fetched.
    internal const string Agent = "proof-node-";

    private const string Settings = """
        akka.loglevel = WARNING
        akka.log-dead-letters = off

        # A node that finds itself alone, before it has joined, ends.
        akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = 20 s

        # Everything fits on two nodes.
        actorbrowser.cluster.capacity { fetches = 1024, tabs = 128, commands = 64, processes = 512 }
        actorbrowser.cluster.drain-timeout = 5 s
        actorbrowser.network.max-connections-per-server = 2048
        """;

    // A node is suspected when its heartbeats are missing for longer than a pause of a busy machine. The side with more than half of the
    // members goes on when what it sees has not changed for "stable-after"; the other side ends itself, and has the removal margin for
    // that: only then do tabs move. Akka advises a stable-after of 5 to 10 s for up to ten nodes.
    private const string Usual = """
        akka.cluster { gossip-interval = 500 ms, leader-actions-interval = 500 ms, unreachable-nodes-reaper-interval = 500 ms }
        akka.cluster.failure-detector { heartbeat-interval = 500 ms, acceptable-heartbeat-pause = 4 s }
        akka.cluster.split-brain-resolver.stable-after = 5 s
        akka.cluster.down-removal-margin = 1500 ms
        """;

    // For the short form, where nothing is cut off.
    private const string Quick = """
        akka.cluster.failure-detector { heartbeat-interval = 200 ms, acceptable-heartbeat-pause = 2 s }
        akka.cluster.split-brain-resolver.stable-after = 1 s
        akka.cluster.down-removal-margin = 1 s
        """;

    internal static IHost Build(string role, string address, string? seed, string child, string agent, bool isQuick)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("ACTORBROWSER_PROOF_LOG") is { Length: > 0 })
            builder.Logging.AddSimpleConsole(static console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff ")).Services
                .Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddAkka("proof", akka => akka
            .ConfigureLoggers(static loggers => loggers.ClearLoggers().AddLoggerFactory())
            .AddHocon(Settings, HoconAddMode.Prepend)
            .AddHocon(isQuick ? Quick : Usual, HoconAddMode.Prepend)
            .AddHocon($"actorbrowser.child.executable = \"{child}\"\nactorbrowser.network.user-agent = \"{agent}\"", HoconAddMode.Prepend)
            .WithRemoting(address, 0)
            .WithClustering(new ClusterOptions { Roles = [role], SeedNodes = seed is null ? [] : [seed], SplitBrainResolver = new KeepMajorityOption() })
            .WithActorBrowserCluster());
        return builder.Build();
    }
}
