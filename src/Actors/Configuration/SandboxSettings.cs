using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Configuration;

namespace ActorBrowser;

/// <summary><c>actorbrowser.sandbox</c>: the profiles, and the profile of each role.</summary>
internal sealed class SandboxSettings
{
    private readonly FrozenDictionary<string, SandboxPolicy> _profiles;
    private readonly FrozenDictionary<string, string> _roles;
    private readonly string _default;
    private readonly IReadOnlyList<string> _learn;
    // Keyed by identity: a policy for one folder is made for one runner, and its plans (one for each program) are collected with it.
    private readonly ConditionalWeakTable<SandboxPolicy, ConcurrentDictionary<string, LaunchPlan>> _plans = [];
    private readonly Lazy<Machine> _machine;

    private SandboxSettings(bool enabled, int maxViolations, IReadOnlyList<SandboxLayer> hidden, IEnumerable<SandboxPolicy> profiles, IEnumerable<KeyValuePair<string, string>> roles, string byDefault, IReadOnlyList<string> learn)
    {
        IsEnabled = enabled;
        MaxViolations = maxViolations;
        _profiles = profiles.ToFrozenDictionary(static policy => policy.Name, StringComparer.Ordinal);
        _roles = roles.ToFrozenDictionary(StringComparer.Ordinal);
        _default = byDefault;
        _learn = learn;
        _machine = new Lazy<Machine>(() => hidden.Count == 0 ? Machine.Current : Machine.Without(hidden));
    }

    /// <summary>Whether children are confined.</summary>
    public bool IsEnabled { get; }

    /// <summary>The number of refused calls above which a child is killed.</summary>
    public int MaxViolations { get; }

    /// <summary>Every profile.</summary>
    public IEnumerable<SandboxPolicy> Profiles => _profiles.Values.OrderBy(static policy => policy.Name, StringComparer.Ordinal);

    /// <summary>This machine, without the layers that the configuration hides.</summary>
    public Machine Machine => _machine.Value;

    /// <summary>Reads the section and checks every profile.</summary>
    /// <param name="config">With the reference configuration as its fallback.</param>
    /// <exception cref="ConfigurationException">A profile is wrong; the message lists every problem found.</exception>
    public static SandboxSettings From(Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reader = new SettingsReader(config);
        var sandbox = config.GetConfig("actorbrowser.sandbox");
        var profiles = ProfileReader.ReadAll(sandbox);
        var hidden = reader.Texts("sandbox.hide-layers").Select(static name => LayerNames.Find(name)
            ?? throw new ConfigurationException($"actorbrowser.sandbox.hide-layers: '{name}' is not a layer.")).ToList();
        var roles = sandbox.GetConfig("roles").AsEnumerable().Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.GetString())).ToList();
        var byDefault = reader.Text("sandbox.default-profile");
        foreach (var (role, profile) in roles.Append(KeyValuePair.Create("(default)", byDefault)))
        {
            if (!profiles.Exists(policy => policy.Name == profile))
                throw new ConfigurationException($"actorbrowser.sandbox.roles.{role}: the profile '{profile}' does not exist.");
        }
        return new SandboxSettings(reader.Switch("sandbox.enabled"), reader.Number("sandbox.max-violations", 1, int.MaxValue), hidden, profiles, roles, byDefault, reader.Texts("sandbox.learn"));
    }

    /// <summary>Returns the profile with a name, or null.</summary>
    /// <param name="name">Its name.</param>
    public SandboxPolicy? Find(string name) => _profiles.GetValueOrDefault(name);

    /// <summary>The roles that the configuration gives a profile.</summary>
    public IEnumerable<string> Roles => _roles.Keys.Order(StringComparer.Ordinal);

    /// <summary>Those of them that it gives this one.</summary>
    /// <param name="profile">A profile.</param>
    public IEnumerable<string> RolesOf(SandboxPolicy profile) => Roles.Where(role => _roles[role] == profile.Name);

    /// <summary>Returns the profile of a role.</summary>
    /// <param name="role">The role.</param>
    public SandboxPolicy ProfileOf(string role)
    {
        ArgumentNullException.ThrowIfNull(role);
        var profile = _profiles[_roles.GetValueOrDefault(role, _default)];
        // Only a Linux parent sends sockets; elsewhere the network child connects itself.
        return role == NetworkContract.Name && !OperatingSystem.IsLinux()
            ? profile.AllowTcpConnectAnywhere("a URL names its port").AllowDatagrams("the C library resolves names over UDP") : profile;
    }

    /// <summary>Returns the launch plan for a policy and program: made once for each pair, and again when a granted path refers to another file.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="executable">The program.</param>
    /// <exception cref="LaunchException">A required layer is not available here.</exception>
    public LaunchPlan PlanFor(SandboxPolicy policy, ChildExecutable executable)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(executable);
        var effective = IsEnabled ? policy : SandboxPolicy.Unconfined(policy.Name, "actorbrowser.sandbox.enabled = off");
        var plans = _plans.GetValue(policy, static _ => new ConcurrentDictionary<string, LaunchPlan>(StringComparer.Ordinal));
        if (plans.TryGetValue(executable.Path, out var known) && !known.IsCurrent)
            plans.TryRemove(KeyValuePair.Create(executable.Path, known));
        return plans.GetOrAdd(executable.Path, _ => LaunchPlan.Create(effective, executable, Machine, IsEnabled && _learn.Contains(policy.Name)));
    }
}
