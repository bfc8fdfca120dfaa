using Akka.Configuration;

namespace ActorBrowser.Cluster;

/// <summary><c>actorbrowser.cluster</c>: see the reference configuration, cluster.conf.</summary>
internal sealed record ClusterSettings(
    string Role, string Secret, IReadOnlyList<int> Capacity, int MaxProcesses, long MinMemory, TimeSpan OfferInterval, TimeSpan OfferLifetime, int MaxWaiting, TimeSpan WaitTimeout,
    TimeSpan AnswerGrace, TimeSpan AnswerTimeout, TimeSpan IntroductionTimeout, TimeSpan PulseInterval, int PartSize, int Window, int MaxMessage, long MaxInput, long MaxImage, TimeSpan DrainTimeout, OrphanRule Orphans, ClusterPolicy Policy, ClusterTabSettings Tabs)
{
    /// <summary>The oldest version of the messages between nodes that this build speaks.</summary>
    internal const int OldestVersion = 1;

    // Each watches for a moment only.
    private const int MostWatchers = 64;

    // They take no room, but an actor each.
    private const int MostQuestions = 10_000;

    /// <summary>The newest.</summary>
    internal const int NewestVersion = 1;

    /// <summary>The most memory that parts of messages may hold until these are whole: twice the longest message, since small parts cost more than their bytes.</summary>
    internal long MostPartsHeld => 2L * MaxMessage;

    internal static Config Reference { get; } = ConfigurationFactory.ParseString(ReadReference());

    /// <summary>Reads the settings; keys that are not set come from <see cref="Reference"/>.</summary>
    /// <exception cref="ConfigurationException">A key is unknown, or its value cannot be used.</exception>
    internal static ClusterSettings From(Config config)
    {
        const string section = "actorbrowser.cluster";
        if (config.HasPath(section))
            KnownKeys.Check(config.GetConfig(section), Reference.GetConfig(section), "cluster.", "cluster.conf");
        var reader = new SettingsReader(config.WithFallback(Reference).WithFallback(ActorBrowserSettings.Reference));
        return new ClusterSettings(
            reader.Filled("cluster.role"),
            reader.Text("cluster.secret"),
            [
                reader.Number("cluster.capacity.fetches", 0, 1_000_000), reader.Number("cluster.capacity.tabs", 0, 1_000_000), reader.Number("cluster.capacity.commands", 0, 1_000_000),
                reader.Number("cluster.capacity.images", 0, 1_000_000), reader.Number("cluster.capacity.calls", 0, 1_000_000),
                MostWatchers, MostQuestions,
            ],
            reader.Number("cluster.capacity.processes", 1, 1_000_000),
            reader.Bytes("cluster.capacity.min-memory", 0, long.MaxValue),
            reader.Time("cluster.offer-interval", positive: true),
            reader.Time("cluster.offer-lifetime", positive: true),
            reader.Number("cluster.max-waiting", 0, 10_000_000),
            reader.Time("cluster.wait-timeout"),
            reader.Time("cluster.answer-grace"),
            reader.Time("cluster.answer-timeout"),
            reader.Time("cluster.introduction-timeout", positive: true),
            reader.Time("cluster.pulse-interval", positive: true),
            (int)reader.Bytes("cluster.part-size", 1024, 16 << 20),
            (int)reader.Bytes("cluster.window", 1024, 1 << 30),
            (int)reader.Bytes("cluster.max-message", 64 << 10, Array.MaxLength),
            reader.Bytes("cluster.max-queued-input", 0, long.MaxValue),
            reader.Bytes("cluster.max-image", 4, int.MaxValue),
            reader.Time("cluster.drain-timeout"),
            reader.Choice<OrphanRule>("cluster.orphans"),
            ClusterPolicy.Read(reader),
            ClusterTabSettings.Read(reader));
    }

    private static string ReadReference()
    {
        using var stream = typeof(ClusterSettings).Assembly.GetManifestResourceStream("cluster.conf")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
