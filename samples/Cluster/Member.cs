using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Hosting;
using Akka.Remote.Hosting;

namespace ActorBrowser.Samples.Nodes;

/// <summary>What the front and the browser nodes have in common.</summary>
internal static class Member
{
    internal const string SecretVariable = "SAMPLE_CLUSTER_SECRET";

    internal const string TokenVariable = "SAMPLE_TOKEN";

    /// <summary>Remoting on loopback at a free port, and a cluster that survives the loss of fewer than half of its nodes.</summary>
    internal static AkkaConfigurationBuilder AsMember(this AkkaConfigurationBuilder akka, string role, string secret, params string[] seeds) => akka
        .ConfigureLoggers(static loggers => loggers.ClearLoggers().AddLoggerFactory()) // Akka logs where the host logs
        .AddHocon($$"""
            actorbrowser.cluster.secret = "{{secret}}"
            akka.cluster.failure-detector.heartbeat-interval = 500 ms
            akka.cluster.failure-detector.acceptable-heartbeat-pause = 4 s
            akka.cluster.split-brain-resolver.stable-after = 5 s
            # The front ends the nodes that do not find it, and a downed node ends by itself.
            akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = 20 s
            """, HoconAddMode.Prepend)
        .WithRemoting("127.0.0.1", 0)
        .WithClustering(new ClusterOptions
        {
            Roles = [role],
            SeedNodes = seeds,
            // A node that is cut off from the majority ends itself; so does one that was paused and finds that it was removed.
            SplitBrainResolver = new KeepMajorityOption(),
        });
}
