using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// A policy prepared for one program on one machine: built once and used for every child. Missing required layers are found here,
/// before anything is started.
/// </summary>
internal sealed class LaunchPlan
{
    internal const string ConfinementVariable = "ACTORBROWSER_SANDBOX";

    private const ulong UserShare = 16;
    private const ulong LeastShare = 128;

    private readonly (string Path, ulong Accesses)[]? _files;
    private readonly Namespaces _namespaces;
    private readonly Machine _machine;
    private readonly World? _world;
    private PathWitness? _witness;

    private LaunchPlan(
        SandboxPolicy policy, Machine machine, (string, ulong)[]? files, Namespaces namespaces, CallFilter? filter, IReadOnlyList<MissingLayer> missing,
        World? world = null, CallFilter? startFilter = null)
    {
        Policy = policy;
        _world = world;
        _machine = machine;
        _files = files;
        _namespaces = namespaces;
        Filter = filter;
        StartFilter = startFilter;
        Missing = missing;
        Variable = Encode();
    }

    /// <summary>The policy.</summary>
    public SandboxPolicy Policy { get; }

    /// <summary>The system call filter that the child installs itself; null for none.</summary>
    public CallFilter? Filter { get; }

    /// <summary>The filter installed before the child's first instruction; null if the child is not a native program, or is only watched.</summary>
    public CallFilter? StartFilter { get; }

    /// <summary>The preferred layers that this machine lacks.</summary>
    public IReadOnlyList<MissingLayer> Missing { get; }

    /// <summary>Whether the child is process 1 of its own pid namespace, and reports that pid.</summary>
    public bool IsFirstProcess => _namespaces.HasFlag(Namespaces.Processes);

    /// <summary>Whether the child has its own file system, and the processes it starts end with it.</summary>
    public bool HasWorld => _world is not null;

    /// <summary>Whether the child's network is empty, and the parent gets its listening sockets.</summary>
    public bool HasEgress => _world is not null && Policy.HasNamedEgress;

    /// <summary>Whether refused calls are reported.</summary>
    public bool Reports => Filter is not null && _machine.CanNotify;

    /// <summary>Whether the child's filter asks about each opening and execution.</summary>
    public bool Asks => Policy.AsksOnRefusal && _world is not null && Reports;

    /// <summary>Whether refused calls are allowed after all, for learning.</summary>
    public bool Learns { get; private init; }

    /// <summary>The layers that the child measures on itself and that must be in force.</summary>
    public IReadOnlyList<SandboxLayer> Measured => Policy.IsUnconfined ? [] : OperatingSystem.IsWindows() ? WindowsPlan.Measured(Windows) : !OperatingSystem.IsLinux() ? [] :
    [
        SandboxLayer.NoNewPrivileges, SandboxLayer.Capabilities,
        .. Filter is null ? Array.Empty<SandboxLayer>() : [SandboxLayer.SystemCalls],
        .. Reports ? [SandboxLayer.ViolationReports] : Array.Empty<SandboxLayer>(),
        .. _world is null ? Array.Empty<SandboxLayer>() : [SandboxLayer.World],
        .. _files is null ? Array.Empty<SandboxLayer>() : [SandboxLayer.Files],
        .. _files is not null && _machine.HasTcpPorts ? [SandboxLayer.TcpPorts] : Array.Empty<SandboxLayer>(),
        .. _files is not null && _machine.HasScopes ? [SandboxLayer.Scopes] : Array.Empty<SandboxLayer>(),
    ];

    /// <summary>
    /// The names that the child may report. On Windows a child does not know its plan, and asks of every layer: what it finds may be the
    /// machine's or its parent's.
    /// </summary>
    public IReadOnlyList<string> Reportable => OperatingSystem.IsWindows() ? LayerNames.OfWindows : OperatingSystem.IsLinux()
        ? [.. LayerNames.OfItself, .. Measured.Select(LayerNames.Of), .. GuardsCode ? [LayerNames.Of(SandboxLayer.NoNewCode)] : Array.Empty<string>()]
        : LayerNames.OfItself;

    internal string? Variable { get; }

    // A child that compiles code as it runs reports the layer as not in force.
    private bool GuardsCode => Filter is not null && Policy.Wants(SandboxLayer.NoNewCode);

    /// <summary>The layers of a child on Windows.</summary>
    internal WindowsConfinement Windows { get; private init; }

    /// <summary>Whether a layer that the child reports as in force is one with which it was started.</summary>
    /// <param name="layer">The layer's name.</param>
    internal bool Gives(string layer) => !OperatingSystem.IsWindows() || layer == LayerNames.Of(SandboxLayer.Job) || Measured.Any(measured => LayerNames.Of(measured) == layer);

    /// <summary>Creates a plan.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="executable">The program.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="learn">Whether the child is only watched: refused calls are allowed and reported.</param>
    /// <exception cref="LaunchException">A required layer is not available; the message says which one, and why.</exception>
    public static LaunchPlan Create(SandboxPolicy policy, ChildExecutable executable, Machine machine, bool learn = false)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(executable);
        ArgumentNullException.ThrowIfNull(machine);
        if (policy.IsUnconfined)
            return new LaunchPlan(policy, machine, null, Namespaces.None, null, []);
        policy = policy with { Limits = policy.Limits.WithinThisProcess(policy.MayExecute) };
        var missing = new List<MissingLayer>();
        if (OperatingSystem.IsWindows())
        {
            var windows = WindowsPlan.Check(policy, executable, machine.Hidden, missing);
            return ForWindows(policy, machine, windows, missing);
        }
        if (!OperatingSystem.IsLinux())
            return new LaunchPlan(policy, machine, null, Namespaces.None, null, [new MissingLayer("verification", "what confines children on this system has never been run by its authors, and is not verified")]);
        Check(policy, machine, missing);
        // In learn mode the child sees the whole machine, to record everything it uses.
        var hasWorld = !learn && machine.GivesWorld(policy);
        var namespaces = Namespaces.None;
        if (Wanted(policy, hasWorld) is var wanted && wanted != Namespaces.None && machine.TryNamespaces(wanted, out var granted) is null)
            namespaces = granted;
        if (learn && !machine.CanNotify)
            throw new LaunchException(LaunchErrorKind.ConfinementUnavailable, "Refused calls cannot be watched on this machine: the kernel has no seccomp user notification.");
        if (policy.HasNamedEgress && !learn && !(hasWorld && namespaces.HasFlag(Namespaces.Network)))
        {
            policy = policy.WithoutNetwork();
            missing.Add(new MissingLayer("namespaces", $"The profile {policy.Name} has no network here: without a world and a network of its own, it would have the machine's"));
        }
        // Recorded before the paths are read, so that any later change is noticed.
        var witness = hasWorld ? PathExpansion.Witness(executable) : null;
        var rules = PathExpansion.Expand(policy, executable).ToList();
        var world = witness is not null ? WorldPlan.Of(policy, rules, machine.HasLandlock ? machine.LandlockVersion : 0, witness) : null;
        // In a world, everything may be read: it contains only what was granted.
        if (world is { ShowsAll: false })
            rules = [.. rules.Where(static rule => (rule.Rights & (FileRights.Write | FileRights.Device)) != 0)];
        // A world has its own terminals; with a rule for the machine's, a command could open an inherited one again.
        if (world is not null)
            rules = [.. rules.Where(static rule => rule.Path is not ("/dev/pts" or "/dev/ptmx"))];
        var files = machine.HasLandlock && !learn ? LandlockRules.Compile(rules) : null;
        var native = executable.IsNative;
        var filter = machine.HasSystemCallFilters ? PolicyFilter.Build(policy, SystemCallTable.Current, machine.CanNotify, native, policy.AsksOnRefusal && world is not null && machine.CanNotify) : null;
        var startFilter = filter is not null && native && !learn ? Sandbox.StartFilter.Build(policy, SystemCallTable.Current, machine.CanNotify, ConfinedSpawner.CallAddress) : null;
        return new LaunchPlan(policy, machine, files, namespaces, filter, missing, world, startFilter) { Learns = learn, _witness = witness };
    }

    /// <summary>Creates a plan for Windows.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="windows">The layers that the machine is believed to give; each child is looked at before it runs.</param>
    /// <param name="missing">The preferred layers that it lacks.</param>
    internal static LaunchPlan ForWindows(SandboxPolicy policy, Machine machine, WindowsConfinement windows, IReadOnlyList<MissingLayer> missing) =>
        new(policy, machine, null, Namespaces.None, null, missing) { Windows = windows };

    /// <summary>Whether a child can still be started with it. A plan with a world contains paths and links.</summary>
    internal bool IsCurrent => _witness is null || !OperatingSystem.IsLinux() || _witness.Holds();

    // A child that executes programs without a world sees the machine's processes and mounts: a runner finds its sessions' processes there.
    private static Namespaces Wanted(SandboxPolicy policy, bool hasWorld) =>
        policy.WantsWorld && !hasWorld ? policy.Namespaces & ~(Namespaces.Mounts | Namespaces.Processes | (policy.HasNamedEgress ? Namespaces.Network : 0)) : policy.Namespaces;

    /// <summary>The confinement that a child enters.</summary>
    internal Confinement Confine(Landlock? landlock, int deathSignal) => new()
    {
        Namespaces = _namespaces,
        World = _world,
        Network = HasEgress ? new WorldNetwork(Policy.EgressPorts) : null,
        Landlock = landlock,
        DropCapabilities = true,
        Limits = Limits(),
        StartFilter = StartFilter?.Program,
        ParentDeathSignal = deathSignal,
    };

    /// <summary>Creates a ruleset for one child, with a rule for the child's own /proc.</summary>
    internal Landlock? CreateLandlock() => _files is null ? null : LandlockRules.Build(Policy, _files, _machine.LandlockVersion, _machine.HasTcpPorts, _machine.HasScopes);

    internal ControlGroup? CreateGroup() => Policy.IsUnconfined || !OperatingSystem.IsLinux() ? null : _machine.ControlGroups?.Create(Policy.Limits);

    private static void Check(SandboxPolicy policy, Machine machine, List<MissingLayer> missing)
    {
        // A world's read-only mounts prevent truncation by any call; without a world, a filter that allows truncate does not.
        if (machine is { HasLandlock: true, LandlockVersion: < LandlockRules.TruncateVersion } && policy.SystemCalls.Contains("truncate") && !machine.GivesWorld(policy))
            missing.Add(new MissingLayer("files", $"files is incomplete on this machine: Landlock version {machine.LandlockVersion} lets a child empty files that it may not write (Linux 6.2 or newer does not)"));
        var asked = Wanted(policy, policy.WantsWorld && machine.GivesWorld(policy));
        var namespaces = asked == Namespaces.None ? null : machine.TryNamespaces(asked, out _);
        foreach (var offer in machine.Offers())
        {
            var wanted = policy.Wants(offer.Layer) && (offer.Layer != SandboxLayer.World || policy.WantsWorld);
            var available = offer.Layer == SandboxLayer.Namespaces ? namespaces is null : offer.Available;
            if (!wanted || available)
                continue;
            var (where, fix) = SessionTag.IsOnThisProcess
                ? ("is not available inside the sandbox that this process runs in, as a command of another ActorBrowser", "Start it outside that sandbox.")
                : ("is missing on this machine", offer.Fix);
            var sentence = $"{LayerNames.Of(offer.Layer)} {where}: {(offer.Layer == SandboxLayer.Namespaces ? namespaces.ToString() : offer.Detail)}";
            if (policy.Required.Contains(offer.Layer))
                throw new LaunchException(LaunchErrorKind.ConfinementUnavailable, $"The profile {policy.Name} requires a layer of confinement that is not available: {sentence}. {fix}".TrimEnd());
            missing.Add(new MissingLayer(LayerNames.Of(offer.Layer), sentence));
        }
    }

    private List<(ProcessLimit Limit, ulong Soft, ulong Hard)> Limits()
    {
        // A core limit of 1 byte, not 0, also keeps the crash from the machine's crash handler, which runs outside the sandbox: see core(5).
        var limits = new List<(ProcessLimit, ulong, ulong)> { (ProcessLimit.CoreSize, 1, 1) };
        if (Policy.MayExecute)
        {
            AddShare(ProcessLimit.PendingSignals);
            AddShare(ProcessLimit.MessageQueues);
        }
        // SIGXCPU shows the reason; a process that ignores it is killed two seconds later.
        if (Policy.Limits.ProcessorTime > 0)
            limits.Add((ProcessLimit.ProcessorTime, (ulong)Policy.Limits.ProcessorTime, (ulong)Policy.Limits.ProcessorTime + 2));
        if (Policy.Limits.Descriptors > 0)
            limits.Add((ProcessLimit.Descriptors, (ulong)Policy.Limits.Descriptors, (ulong)Policy.Limits.Descriptors));
        if (Policy.Limits.Memory > 0 && _machine.ControlGroups is not { CanLimitMemory: true })
            limits.Add((ProcessLimit.Data, (ulong)Policy.Limits.Memory, (ulong)Policy.Limits.Memory));
        // Counted by user and user namespace: in a new user namespace only the child's processes count.
        if (Policy.Limits.Processes > 0 && _namespaces.HasFlag(Namespaces.Users))
            limits.Add((ProcessLimit.Processes, (ulong)Policy.Limits.Processes, (ulong)Policy.Limits.Processes));
        // This process cannot raise a limit above its own hard limit: the call fails with EPERM, and no child would start.
        for (var i = 0; i < limits.Count; i++)
        {
            var (limit, soft, hard) = limits[i];
            var most = ProcessLimits.Get(limit).Hard;
            limits[i] = (limit, Math.Min(soft, most), Math.Min(hard, most));
        }
        return limits;

        // The kernel counts these for the whole user: what one command holds, the user's other programs lack.
        void AddShare(ProcessLimit limit)
        {
            var share = Math.Max(ProcessLimits.Get(limit).Soft / UserShare, LeastShare);
            limits.Add((limit, share, share));
        }
    }

    // The child's part: its filter, and the layers it must measure. FSIZE is set last, because .NET creates a huge sparse file when
    // it starts.
    private string? Encode()
    {
        if (Policy.IsUnconfined || !OperatingSystem.IsLinux())
            return null;
        var bytes = Filter is null ? [] : MemoryMarshal.AsBytes<FilterInstruction>(Filter.Program.ToArray());
        var program = new byte[Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        Base64.EncodeToUtf8(bytes, program, out _, out var length);
        var self = string.Join(',', Filter?.SelfLines ?? []) + (Filter is { CodeLines: { Count: > 0 } code } ? "/" + string.Join(',', code) : "");
        var measures = (_world is null ? "" : "v") + (_files is null ? "" : _world is not null ? "p" : Policy.Files.Any(static rule => rule.Path == "/") ? "w" : "r")
            + (_files is not null && _machine.HasTcpPorts ? "t" : "")
            + (_files is not null && _machine.HasScopes ? "s" : "")
            + (Reports ? "n" : "")
            + (GuardsCode ? "x" : "");
        var identity = _world is not null && Policy is { Scratch: null, Workspace: { } workspace, WorkspaceIdentity: var (device, inode) } ? string.Create(CultureInfo.InvariantCulture, $"{device},{inode},{workspace}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"2|{System.Text.Encoding.ASCII.GetString(program, 0, length)}|{self}|{measures}|{Policy.Limits.FileSize}|{identity}");
    }
}
