using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ActorBrowser.Cluster;

/// <summary>Options that are set in code; everything else is configuration (<c>actorbrowser.cluster</c>).</summary>
public sealed class ActorBrowserClusterOptions
{
    /// <summary>The role of the nodes that offer their processes; null for the configured one.</summary>
    public string? Role { get; set; }

    /// <summary>HOCON laid over the reference configuration, such as <c>actorbrowser.cluster.capacity.tabs = 20</c>.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>Options of the browser that a node with the role starts, unless it has one by <c>WithActorBrowser</c>.</summary>
    public ActorBrowserOptions Browser { get; } = new();

    internal List<RoleRegistration> Roles { get; } = [];

    internal IEnumerable<RoleRegistration> AllRoles => Roles.Concat(Browser.Roles).DistinctBy(static role => role.Definition.Name);

    /// <summary>
    /// Adds a typed role that this node calls on the cluster's browser nodes. Its actor is <c>IRequiredActor&lt;TRole&gt;</c>; of several
    /// roles of one class, the first. A browser node offers the roles of <see cref="Browser"/>, which are added here by themselves; if it has
    /// a browser by <c>WithActorBrowser</c>, it offers those that are added here, too.
    /// </summary>
    /// <typeparam name="TRole">The role's class.</typeparam>
    /// <param name="role">The definition, as the browser nodes have it.</param>
    /// <exception cref="ArgumentException">A role with its name was added already.</exception>
    /// <exception cref="InvalidOperationException">A message of the role cannot be serialised.</exception>
    public ActorBrowserClusterOptions AddRole<TRole>(RoleDefinition<TRole> role) where TRole : class
    {
        ArgumentNullException.ThrowIfNull(role);
        if (Roles.Exists(other => other.Definition.Name == role.Name))
            throw new ArgumentException($"The role '{role.Name}' was added already.", nameof(role));
        role.RequireFormatters();
        Roles.Add(new RoleRegistration(role, new RoleOptions(), static (registry, actor) => registry.TryRegister<TRole>(actor)));
        return this;
    }
}

/// <summary>A browser over several nodes, with Akka.Hosting.</summary>
public static class ActorBrowserClusterHosting
{
    /// <summary>
    /// Makes this node part of the cluster's browser. Needs <c>WithClustering</c>. A node that has the role starts a browser and offers its
    /// processes; every node gets <c>IRequiredActor&lt;ClusterBrowser&gt;</c>, which takes requests and has them done where there is room.
    /// </summary>
    /// <param name="builder">The builder of <c>AddAkka</c>.</param>
    /// <param name="role">The role of Akka.Cluster that browser nodes have; null for the configured one, which is <c>browser</c>.</param>
    /// <param name="configure">Sets options; may be omitted.</param>
    public static AkkaConfigurationBuilder WithActorBrowserCluster(this AkkaConfigurationBuilder builder, string? role = null, Action<ActorBrowserClusterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ActorBrowserClusterOptions { Role = role };
        configure?.Invoke(options);
        builder.WithCustomSerializer("actorbrowser-cluster", [typeof(IClusterWire)], static system => new ClusterSerializer(system));
        builder.AddHocon(GuardedJsonSerializer.Hocon, HoconAddMode.Prepend);
        // Akka.Hosting loads the phases before any actor starts.
        var known = Over(options, builder.Configuration.HasValue ? builder.Configuration.Value : Config.Empty);
        foreach (var phase in new[] { BrowserShutdown.PhaseFor(ConfigurationFactory.ParseString(options.Browser.Configuration).WithFallback(known)), ClusterDrain.PhaseFor(known) })
        {
            if (phase is not null)
                builder.AddHocon(phase, HoconAddMode.Append);
        }
        // WithClustering has added the reference configuration of sharding and of replicated data already.
        builder.AddHocon(TabRegion.NotDurable, HoconAddMode.Prepend);
        if (string.IsNullOrEmpty(known.GetString("akka.cluster.distributed-data.role", "")))
            builder.AddHocon(ReplicatedStore.OnBrowserNodes(options.Role ?? RoleOf(known)), HoconAddMode.Prepend);
        return builder.WithActors((system, registry) =>
        {
            var (actor, memory) = ClusterStart.Start(system, options, registry.TryGet<BrowserActor>(out var browser) ? browser : null);
            registry.Register<ClusterBrowser>(actor);
            // So that an injected BrowserClient works: on a browser node with its own browser, elsewhere with the cluster's.
            registry.TryRegister<BrowserActor>(memory.Browser ?? actor);
            foreach (var role in options.AllRoles)
                role.Register(registry, memory.Roles[role.Definition.Name]);
        });
    }

    /// <summary>
    /// Adds a health check of this node's part of the cluster, tagged <c>akka</c>. Healthy while a browser node is linked; degraded while requests
    /// wait for one; <paramref name="failureStatus"/> without one. On browser nodes, <c>WithActorBrowserHealthCheck</c> checks their own browser.
    /// </summary>
    /// <param name="builder">The builder of <c>AddAkka</c>.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">Null for unhealthy.</param>
    /// <param name="tags">Further tags.</param>
    /// <param name="timeout">How long the check may take; null for at most 5 s.</param>
    public static AkkaConfigurationBuilder WithActorBrowserClusterHealthCheck(
        this AkkaConfigurationBuilder builder, string name = "actorbrowser-cluster", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithHealthCheck(name, new ClusterHealthCheck(), failureStatus, tags, timeout);
    }

    // What is wrong with the configuration is reported when the node starts.
    private static string RoleOf(Config config)
    {
        try
        {
            return ClusterSettings.From(config).Role;
        }
        catch (ConfigurationException)
        {
            return "";
        }
    }

    internal static Config Over(ActorBrowserClusterOptions options, Config config) =>
        options.Configuration.Length == 0 ? config : ConfigurationFactory.ParseString(options.Configuration).WithFallback(config);
}
