using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Whether one layer is available on this machine.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Available">Whether it worked when tried.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Fix">What to do if it is missing; empty if nothing can or need be done.</param>
internal sealed record LayerOffer(SandboxLayer Layer, bool Available, string Detail, string Fix);

/// <summary>
/// The layers that this machine offers. Each is found out by applying it to a process made for that, never from a version number or a
/// setting.
/// </summary>
internal sealed class Machine
{
    private static readonly Lazy<Machine> Probed = new(() => new Machine([]));

    private readonly Lazy<StepFailure?> _capabilities;
    private readonly Dictionary<Namespaces, StepFailure?> _namespaces = [];
    private readonly Lock _lock = new();
    private Tried? _triedWorld;
    private readonly IReadOnlySet<SandboxLayer> _hidden;

    private Machine(IEnumerable<SandboxLayer> hidden, int? landlockAtMost = null)
    {
        _hidden = hidden.ToHashSet();
        landlockAtMost ??= int.MaxValue;
        CanConfine = ConfinedSpawner.IsSupported;
        _capabilities = new(() => CanConfine ? ConfinedSpawner.Try(new Confinement { DropCapabilities = true }) : new StepFailure("clone", 38));
        LandlockVersion = CanConfine && !_hidden.Contains(SandboxLayer.Files) ? Math.Min(Landlock.Version, landlockAtMost.Value) : 0;
        LandlockFailure = OperatingSystem.IsLinux() && LandlockVersion > 0 ? TryLandlock(LandlockVersion) : null;
        CanNotify = CanConfine && !_hidden.Contains(SandboxLayer.ViolationReports) && Seccomp.CanNotify;
        ControlGroups = _hidden.Contains(SandboxLayer.ControlGroup) ? null : ControlGroups.Probe();
    }

    /// <summary>This machine, probed once.</summary>
    public static Machine Current => Probed.Value;

    /// <summary>Probes this machine on another thread, so that the first child need not wait for it.</summary>
    internal static void ProbeAhead() => _ = Task.Run(static () => Current.Offers());

    internal bool CanConfine { get; }

    /// <summary>The layers that configuration has switched off.</summary>
    internal IReadOnlySet<SandboxLayer> Hidden => _hidden;

    internal int LandlockVersion { get; }

    internal StepFailure? LandlockFailure { get; }

    internal bool CanNotify { get; }

    /// <summary>Whether refused calls can be reported by name.</summary>
    public bool CanReport => CanNotify;

    internal ControlGroups? ControlGroups { get; }

    internal bool HasSystemCallFilters => CanConfine && !_hidden.Contains(SandboxLayer.SystemCalls) && Seccomp.IsAvailable;

    /// <summary>Whether Landlock can restrict TCP ports.</summary>
    internal bool HasTcpPorts => HasLandlock && LandlockVersion >= LandlockRules.TcpVersion && !_hidden.Contains(SandboxLayer.TcpPorts);

    /// <summary>Whether Landlock can restrict abstract sockets and signals.</summary>
    internal bool HasScopes => HasLandlock && LandlockVersion >= LandlockRules.ScopeVersion && !_hidden.Contains(SandboxLayer.Scopes);

    internal bool HasLandlock => LandlockVersion > 0 && LandlockFailure is null;

    /// <summary>This machine, as if some layers were missing, to try a policy without them.</summary>
    /// <param name="layers">The layers to hide.</param>
    public static Machine Without(params IEnumerable<SandboxLayer> layers) => new(layers);

    /// <summary>This machine, as if its kernel had an older Landlock and no worlds.</summary>
    internal static Machine WithLandlock(int version) => new([SandboxLayer.World], version);

    /// <summary>Tries whether a process can be started in these namespaces; once for each combination.</summary>
    /// <param name="wanted">Without <see cref="Namespaces.Users"/>, which is added if needed.</param>
    /// <param name="granted">The namespaces to ask for.</param>
    /// <returns>Null, or what failed.</returns>
    internal StepFailure? TryNamespaces(Namespaces wanted, out Namespaces granted)
    {
        granted = CurrentProcess.IsPrivileged ? wanted : wanted | Namespaces.Users;
        if (_hidden.Contains(SandboxLayer.Namespaces) || !CanConfine)
            return new StepFailure("clone", 1);
        lock (_lock)
        {
            if (!_namespaces.TryGetValue(granted, out var failure))
            {
                failure = ConfinedSpawner.Try(new Confinement { Namespaces = granted });
                _namespaces.Add(granted, failure);
            }
            return failure;
        }
    }

    /// <summary>Tries whether a process can be given its own file system and processes.</summary>
    /// <returns>Null, or what failed.</returns>
    internal StepFailure? TryWorld()
    {
        const Namespaces own = Namespaces.Mounts | Namespaces.Processes;
        if (_hidden.Contains(SandboxLayer.World) || TryNamespaces(own, out var granted) is not null)
            return _hidden.Contains(SandboxLayer.World) ? new StepFailure("making a world", 1) : TryNamespaces(own, out _);
        lock (_lock)
        {
            _triedWorld ??= new Tried(ConfinedSpawner.Try(new Confinement { Namespaces = granted, World = WorldPlan.Least }));
            return _triedWorld.Failure;
        }
    }

    /// <summary>Whether a policy's children get a world on this machine.</summary>
    /// <param name="policy">The policy.</param>
    public bool GivesWorld(SandboxPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.WantsWorld && !policy.IsUnconfined && OperatingSystem.IsLinux() && TryWorld() is null;
    }

    /// <summary>Every layer of this machine.</summary>
    public IReadOnlyList<LayerOffer> Offers()
    {
        if (OperatingSystem.IsWindows())
            return WindowsPlan.Offers(_hidden);
        const Namespaces all = Namespaces.Mounts | Namespaces.Processes | Namespaces.Network | Namespaces.Messages | Namespaces.HostName | Namespaces.ControlGroups;
        var namespaces = TryNamespaces(all, out var granted);
        var world = TryWorld();
        var capabilities = _capabilities.Value;
        var isFiltered = CurrentProcess.SeccompMode == 2;
        return
        [
            Offer(SandboxLayer.NoNewPrivileges, CanConfine, CanConfine ? "prctl" : "only on Linux, on x64 and arm64, and in a process that may execute code of its own",
                "use Linux on x64 or arm64; a service with SELinux needs execmem"),
            Offer(SandboxLayer.SystemCalls, HasSystemCallFilters, HasSystemCallFilters ? "seccomp filters" : "no seccomp filters", "a kernel with CONFIG_SECCOMP_FILTER, and a container that does not take it away"),
            Offer(SandboxLayer.ViolationReports, CanNotify, CanNotify ? "seccomp user notification" : "the kernel cannot ask another process about a call", "Linux 5.0 or newer"),
            Offer(SandboxLayer.Files, HasLandlock, LandlockDetail(), "a kernel with Landlock in its list of security modules (lsm=landlock,… on the kernel's command line)"),
            Offer(SandboxLayer.TcpPorts, HasTcpPorts, LandlockDetail(), "Linux 6.7 or newer, with Landlock"),
            Offer(SandboxLayer.Scopes, HasScopes, LandlockDetail(), "Linux 6.12 or newer, with Landlock"),
            Offer(SandboxLayer.Namespaces, namespaces is null, namespaces is null ? (granted.HasFlag(Namespaces.Users) ? "through a user namespace" : "as root") : namespaces.ToString()!,
                namespaces is { } refused ? NamespaceAdvice.For(refused, isFiltered) : ""),
            Offer(SandboxLayer.World, world is null, world is null ? "its own mounts and processes, with a root that holds only what is granted" : world.ToString()!,
                world is { } missing ? $"Linux 5.12 or newer, and {NamespaceAdvice.For(missing, isFiltered)}" : ""),
            Offer(SandboxLayer.Capabilities, capabilities is null, capabilities is null ? "capset and the bounding set" : capabilities.ToString()!, ""),
            Offer(SandboxLayer.ControlGroup, ControlGroups is { CanLimitMemory: true, CanLimitProcesses: true }, ControlGroups?.Description ?? "none writable",
                "delegate a control group to this user (systemd: Delegate=yes and DelegateSubgroup=actorbrowser); without one, memory is limited by the process's own limits"),
        ];
    }

    private string LandlockDetail() => LandlockFailure?.ToString() ?? (LandlockVersion > 0 ? $"Landlock version {LandlockVersion}" : "no Landlock");

    private LayerOffer Offer(SandboxLayer layer, bool available, string detail, string fix)
    {
        var hidden = _hidden.Contains(layer);
        return new LayerOffer(layer, available && !hidden, hidden ? "switched off by configuration" : detail, available && !hidden ? "" : fix);
    }

    private static StepFailure? TryLandlock(int version)
    {
        try
        {
            using var ruleset = LandlockRules.Build(SandboxPolicy.Named("probe"), [], version, version >= LandlockRules.TcpVersion, version >= LandlockRules.ScopeVersion);
            return ConfinedSpawner.Try(new Confinement { Landlock = ruleset });
        }
        catch (SystemCallException e)
        {
            return new StepFailure(e.Call, e.Errno);
        }
    }

    private sealed record Tried(StepFailure? Failure);
}
