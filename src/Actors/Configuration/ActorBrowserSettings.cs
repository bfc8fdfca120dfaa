using ActorBrowser.Transport;
using Akka.Configuration;

namespace ActorBrowser;

/// <summary>
/// The configuration section <c>actorbrowser</c>, read and checked once. The values are internal; an embedder writes them as HOCON,
/// and only actorbrowser.conf holds defaults.
/// </summary>
internal sealed record ActorBrowserSettings
{
    private ActorBrowserSettings(SettingsReader reader, SandboxSettings sandbox)
    {
        Child = ChildSettings.Read(reader);
        Channel = ReadChannel(reader);
        Restart = RestartSettings.Read(reader);
        Fetch = FetchSettings.Read(reader);
        Network = NetworkSettings.Read(reader);
        Commands = CommandSettings.Read(reader);
        Permissions = PermissionSettings.Read(reader);
        Egress = EgressSettings.Read(reader);
        Tabs = TabSettings.Read(reader);
        Crawl = CrawlSettings.Read(reader);
        Images = ImageSettings.Read(reader);
        Crashes = CrashSettings.Read(reader);
        Sandbox = sandbox;
        RoleOf = (role, options) => RoleSettings.Read(reader, role, options);
        CheckRoles = roles => RoleSettings.Check(reader, roles);
    }

    /// <summary>Launching and supervising children.</summary>
    internal ChildSettings Child { get; init; }

    /// <summary>Limits of a connection.</summary>
    internal ChannelLimits Channel { get; init; }

    /// <summary>The restart policy of the network child.</summary>
    internal RestartSettings Restart { get; init; }

    /// <summary>Limits of fetches.</summary>
    internal FetchSettings Fetch { get; init; }

    /// <summary>Settings of the network child.</summary>
    internal NetworkSettings Network { get; init; }

    /// <summary>Settings of commands.</summary>
    internal CommandSettings Commands { get; init; }

    /// <summary>Settings of commands' questions.</summary>
    internal PermissionSettings Permissions { get; init; }

    /// <summary>Limits of a command's connections.</summary>
    internal EgressSettings Egress { get; init; }

    /// <summary>Settings of tabs and their renderers.</summary>
    internal TabSettings Tabs { get; init; }

    /// <summary>Settings of crawls.</summary>
    internal CrawlSettings Crawl { get; init; }

    /// <summary>Settings of image decoding.</summary>
    internal ImageSettings Images { get; init; }

    /// <summary>Settings of reports on lost children.</summary>
    internal CrashSettings Crashes { get; init; }

    /// <summary>The sandbox profiles of children.</summary>
    internal SandboxSettings Sandbox { get; init; }

    /// <summary>Reads the settings of a typed role, given what the program sets.</summary>
    internal Func<string, RoleOptions, RoleSettings> RoleOf { get; init; }

    /// <summary>Refuses settings of roles that are not among these.</summary>
    internal Action<IEnumerable<string>> CheckRoles { get; init; }

    /// <summary>The reference configuration.</summary>
    public static Config Reference { get; } = ConfigurationFactory.ParseString(ReadReference("actorbrowser.conf"))
        .WithFallback(ConfigurationFactory.ParseString(ReadReference("sandbox.conf")));

    /// <summary>Reads the settings; keys that are not set come from <see cref="Reference"/>.</summary>
    /// <param name="config">An actor system's whole configuration.</param>
    /// <exception cref="ConfigurationException">A value is out of range; the message names the key.</exception>
    public static ActorBrowserSettings From(Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.HasPath("actorbrowser"))
            KnownKeys.Check(config.GetConfig("actorbrowser"), Reference.GetConfig("actorbrowser"));
        var whole = config.WithFallback(Reference);
        var reader = new SettingsReader(whole);
        var sandbox = SandboxSettings.From(whole);
        return new ActorBrowserSettings(reader, sandbox);
    }

    /// <summary>The network role's arguments, as passed to a child.</summary>
    internal byte[] NetworkArgs() => Network.ToArgs(Fetch.MaxPending);

    private static ChannelLimits ReadChannel(SettingsReader reader) => new(
        (int)reader.Bytes("channel.max-frame", 1024, 1 << 30),
        reader.Number("channel.max-descriptors", 1, 253),
        (int)reader.Bytes("channel.max-queued", 1 << 16, int.MaxValue));

    private static string ReadReference(string name)
    {
        using var stream = typeof(ActorBrowserSettings).Assembly.GetManifestResourceStream(name)!;
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }
}

/// <summary><c>actorbrowser.child</c>.</summary>
/// <param name="Executable">The children's program: <see cref="ChildPrograms.Auto"/>, <see cref="ChildPrograms.Self"/>, or a path.</param>
/// <param name="HandshakeTimeout">From launch to Ready.</param>
/// <param name="ShutdownTimeout">From Shutdown to exit.</param>
/// <param name="HeartbeatInterval">The time between two heartbeats.</param>
/// <param name="HeartbeatTimeout">A child that does not answer for this long is hung.</param>
/// <param name="RetainedStderrLines">How many lines of stderr an exit carries.</param>
/// <param name="MaxLogLine">The longest log line, in bytes.</param>
/// <param name="MaxWaiting">How many messages may wait for a child to become ready.</param>
/// <param name="MaxStarting">How many children may start at a time.</param>
/// <param name="StopTimeout">From the actor system's termination to the last process's end.</param>
internal sealed record ChildSettings(
    string Executable, TimeSpan HandshakeTimeout, TimeSpan ShutdownTimeout, TimeSpan HeartbeatInterval, TimeSpan HeartbeatTimeout,
    int RetainedStderrLines, int MaxLogLine, int MaxWaiting, int MaxStarting, TimeSpan StopTimeout)
{
    private static readonly Dictionary<string, string> None = [];

    private Dictionary<string, Dictionary<string, string>> Environments { get; init; } = [];

    /// <summary>The program for the children of each role.</summary>
    internal ChildPrograms Programs => new(Executable);

    internal static ChildSettings Read(SettingsReader reader) => new ChildSettings(
        reader.Filled("child.executable"),
        reader.Time("child.handshake-timeout", positive: true),
        reader.Time("child.shutdown-timeout", positive: true),
        reader.Time("child.heartbeat-interval", positive: true),
        reader.Time("child.heartbeat-timeout", positive: true),
        reader.Number("child.retained-stderr-lines", 0, 10_000),
        (int)reader.Bytes("child.max-log-line", 64, 1 << 20),
        reader.Number("child.max-waiting", 0, 1_000_000),
        reader.Number("child.max-starting", 0, 1_000_000) is > 0 and var starting ? starting : Environment.ProcessorCount * 2,
        reader.Time("child.stop-timeout", positive: true))
    {
        Environments = reader.Variables("child.environment"),
    };

    /// <summary>The variables added to the environment of a role's children.</summary>
    /// <param name="role">The role.</param>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string role) => Environments.GetValueOrDefault(role, None);
}

/// <summary><c>actorbrowser.restart</c>.</summary>
/// <param name="MinBackoff">The first wait.</param>
/// <param name="MaxBackoff">The longest wait.</param>
/// <param name="Jitter">The random share added to each wait, 0 to 1.</param>
/// <param name="Window">The window in which losses are counted.</param>
/// <param name="MaxRestarts">The most losses within the window; with more, the supervisor gives up.</param>
/// <param name="GiveUpFor">The wait before one more attempt.</param>
internal sealed record RestartSettings(
    TimeSpan MinBackoff, TimeSpan MaxBackoff, double Jitter, TimeSpan Window, int MaxRestarts, TimeSpan GiveUpFor)
{
    private const string Section = "restart";

    private Dictionary<string, RestartSettings> Roles { get; init; } = [];

    internal static RestartSettings Read(SettingsReader reader) =>
        Read(reader, static key => $"{Section}.{key}") with
        {
            Roles = reader.Sections($"{Section}.roles", like: Section).ToDictionary(
                static role => role,
                role => Read(reader, key => reader.Has($"{Section}.roles.{role}.{key}") ? $"{Section}.roles.{role}.{key}" : $"{Section}.{key}"), StringComparer.Ordinal),
        };

    /// <summary>A role's restart policy: its own keys, and the common ones for the rest.</summary>
    /// <param name="role">The role.</param>
    public RestartSettings For(string role) => Roles.GetValueOrDefault(role, this);

    private static RestartSettings Read(SettingsReader reader, Func<string, string> path) => new(
        reader.Time(path("min-backoff")),
        reader.Time(path("max-backoff")),
        reader.Share(path("jitter")),
        reader.Time(path("window"), positive: true),
        reader.Number(path("max-restarts"), 0, 1_000_000),
        reader.Time(path("give-up-for")));

    /// <summary>The wait before a new start.</summary>
    /// <param name="losses">The number of losses in the window, including this one.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    internal TimeSpan Backoff(int losses, double random)
    {
        var doubled = MinBackoff * Math.Pow(2, Math.Min(losses - 1, 30));
        return (doubled < MaxBackoff ? doubled : MaxBackoff) * (1 + (Jitter * random));
    }
}

/// <summary><c>actorbrowser.fetch</c>.</summary>
/// <param name="MaxPending">The most fetches that may run or wait.</param>
/// <param name="QueueTimeout">The longest wait for a network child.</param>
/// <param name="ConnectTimeout">DNS, TCP and TLS.</param>
/// <param name="FirstByteTimeout">The longest wait for the headers.</param>
/// <param name="TotalTimeout">The longest wait for the last byte.</param>
/// <param name="MaxRedirects">The most redirects to follow.</param>
/// <param name="MaxBufferedBody">In bytes.</param>
/// <param name="MaxStreamedBody">In bytes.</param>
/// <param name="MaxRequestBody">In bytes.</param>
/// <param name="MaxUrlLength">In characters.</param>
/// <param name="InitialCredit">In bytes.</param>
/// <param name="BlockPrivateFromPublicPages">Whether public pages are kept from private addresses.</param>
internal sealed record FetchSettings(
    int MaxPending, TimeSpan QueueTimeout, TimeSpan ConnectTimeout, TimeSpan FirstByteTimeout, TimeSpan TotalTimeout, int MaxRedirects,
    long MaxBufferedBody, long MaxStreamedBody, long MaxRequestBody, int MaxUrlLength, long InitialCredit, bool BlockPrivateFromPublicPages)
{
    internal static FetchSettings Read(SettingsReader reader) => new(
        reader.Number("fetch.max-pending", 1, 10_000_000),
        reader.Time("fetch.queue-timeout", positive: true),
        reader.Time("fetch.connect-timeout"),
        reader.Time("fetch.first-byte-timeout"),
        reader.Time("fetch.total-timeout"),
        reader.Number("fetch.max-redirects", 0, 1000),
        reader.Bytes("fetch.max-buffered-body", 0, int.MaxValue),
        reader.Bytes("fetch.max-streamed-body", 0, long.MaxValue),
        reader.Bytes("fetch.max-request-body", 0, 256 << 20),
        reader.Number("fetch.max-url-length", 16, 1 << 20),
        reader.Bytes("fetch.initial-credit", 1024, 1 << 30),
        reader.Switch("fetch.block-private-from-public-pages"));
}

/// <summary><c>actorbrowser.network</c>.</summary>
/// <param name="UserAgent">Empty for none.</param>
/// <param name="MaxConnectionsPerServer">The most connections to one server; at least 1.</param>
/// <param name="IdleConnectionTimeout">How long an unused pooled connection is kept.</param>
/// <param name="MaxResponseHeaders">In bytes.</param>
/// <param name="Chunk">In bytes.</param>
/// <param name="SharedBodies">The shared memory for bodies, in bytes; 0 for none.</param>
/// <param name="AllowedPrivateNetworks">CIDR blocks.</param>
/// <param name="TrustedCertificates">A PEM file; empty for none.</param>
/// <param name="AllowHosts">Rules for the hosts that the network child reaches.</param>
/// <param name="DenyHosts">Rules for those that it does not reach.</param>
internal sealed record NetworkSettings(
    string UserAgent, int MaxConnectionsPerServer, TimeSpan IdleConnectionTimeout, int MaxResponseHeaders, int Chunk, int SharedBodies,
    IReadOnlyList<string> AllowedPrivateNetworks, string TrustedCertificates, IReadOnlyList<string> AllowHosts, IReadOnlyList<string> DenyHosts)
{
    internal static NetworkSettings Read(SettingsReader reader) => new(
        reader.Text("network.user-agent"),
        reader.Number("network.max-connections-per-server", 1, 1_000_000),
        reader.Time("network.idle-connection-timeout"),
        (int)reader.Bytes("network.max-response-headers", 1024, 1 << 20),
        (int)reader.Bytes("network.chunk", 1024, 1 << 24),
        (int)reader.Bytes("network.shared-bodies", 0, BodySlots.MaxSlots * BodySlots.SlotBytes),
        reader.Networks("network.allowed-private-networks"),
        reader.Text("network.trusted-certificates"),
        reader.EgressRules("network.allow-hosts", ""),
        reader.EgressRules("network.deny-hosts", "!"));

    /// <summary>Which hosts the network child reaches.</summary>
    internal EgressRules ReadRules() => EgressRules.Of([.. AllowHosts, .. DenyHosts.Select(static host => $"!{host}")]);

    internal byte[] ToArgs(int maxPending) => new NetworkArgs(
        UserAgent, MaxConnectionsPerServer, (int)IdleConnectionTimeout.TotalMilliseconds, MaxResponseHeaders, maxPending, Chunk,
        AllowedPrivateNetworks, ReadTrusted()).ToBytes();

    /// <summary>The certificates that are trusted in addition to the system's, in PEM; empty for none.</summary>
    internal string ReadTrusted() => TrustedCertificates.Length == 0 ? "" : File.ReadAllText(TrustedCertificates);
}
