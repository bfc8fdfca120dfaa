using System.Collections.Immutable;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>What may be done below a path.</summary>
[Flags]
internal enum FileRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading files and listing folders.</summary>
    Read = 1,

    /// <summary>Changing, creating, removing and renaming.</summary>
    Write = 2,

    /// <summary>Executing.</summary>
    Execute = 4,

    /// <summary>Reading, writing and controlling a device.</summary>
    Device = 8,
}

/// <summary>What may be done below a path.</summary>
/// <param name="Path">An absolute path, or one of <see cref="PolicyPaths"/>' names.</param>
/// <param name="Rights">The rights.</param>
internal readonly record struct FileRule(string Path, FileRights Rights);

/// <summary>
/// What a child may do; everything not allowed here is denied. Members read as sentences; each returns a new policy.
/// <code>
/// SandboxPolicy.Named("scanner").AllowRead(PolicyPaths.Runtime).AllowRead("/srv/files").AllowSystemCalls(calls).Require(SandboxLayer.Files)
/// </code>
/// </summary>
public sealed record SandboxPolicy
{
    private SandboxPolicy(string name) => Name = name;

    /// <summary>The policy's name.</summary>
    public string Name { get; }

    /// <summary>One sentence on the policy's purpose.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether it confines nothing.</summary>
    public bool IsUnconfined { get; private init; }

    /// <summary>The files it may use.</summary>
    internal ImmutableArray<FileRule> Files { get; private init; } = [];

    /// <summary>The TCP ports it may connect to; null for all.</summary>
    public ImmutableArray<int>? TcpPorts { get; private init; } = [];

    /// <summary>Whether it may send datagrams, as name resolution does.</summary>
    public bool MaySendDatagrams { get; private init; }

    /// <summary>Whether it reaches hosts only by name, through the browser: its network is empty, but for the way out that <see cref="EgressRules"/> decide about.</summary>
    public bool HasNamedEgress { get; private init; }

    /// <summary>With <see cref="HasNamedEgress"/>: the hosts it may reach, and with an exclamation mark those it may not.</summary>
    public ImmutableArray<string> EgressRules { get; private init; } = [];

    /// <summary>With <see cref="HasNamedEgress"/>: the ports on which programs that know no proxy are served.</summary>
    internal ImmutableArray<int> EgressPorts { get; init; } = [];

    /// <summary>Whether it may start processes.</summary>
    public bool MayFork { get; private init; }

    /// <summary>Whether it may execute other programs.</summary>
    public bool MayExecute { get; private init; }

    /// <summary>Whether it may control terminals; injecting input into one is never allowed.</summary>
    public bool MayUseTerminals { get; private init; }

    /// <summary>The system calls it needs.</summary>
    public ImmutableSortedSet<string> SystemCalls { get; private init; } = [];

    /// <summary>The system calls that a native child needs once it is ready; empty to use <see cref="SystemCalls"/>.</summary>
    internal ImmutableSortedSet<string> NativeSystemCalls { get; init; } = [];

    /// <summary>With <see cref="NativeSystemCalls"/>: those that fail in a native child without a report.</summary>
    internal ImmutableSortedSet<string> NativeQuietlyDenied { get; init; } = [];

    /// <summary>System calls that fail without a report, because harmless code tries them.</summary>
    public ImmutableSortedSet<string> QuietlyDenied { get; private init; } = [];

    /// <summary>The namespaces it gets.</summary>
    internal Namespaces Namespaces { get; private init; }

    /// <summary>Its limits.</summary>
    public SandboxLimits Limits { get; init; } = new();

    /// <summary>Layers without which no child is started.</summary>
    public ImmutableSortedSet<SandboxLayer> Required { get; private init; } = [];

    /// <summary>Layers without which a child is started, but reported.</summary>
    public ImmutableSortedSet<SandboxLayer> Preferred { get; private init; } = [];

    /// <summary>Whether it requires or prefers a layer.</summary>
    /// <param name="layer">The layer.</param>
    public bool Wants(SandboxLayer layer) => Required.Contains(layer) || Preferred.Contains(layer);

    /// <summary>Whether a command waits for a decision where it is refused what may be asked about; otherwise it fails at once.</summary>
    public bool AsksOnRefusal { get; init; }

    /// <summary>A folder below which nobody is asked for files; null for none.</summary>
    internal string? NeverAsked { get; init; }

    /// <summary>Whether a refused system call also kills the child.</summary>
    public bool KillsOnViolation { get; init; }

    /// <summary>The reason for each dangerous allowance, by its name; the linter demands one for each.</summary>
    public ImmutableSortedDictionary<string, string> Reasons { get; private init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it may write any file at all.</summary>
    public bool MayWrite => Files.Any(static rule => (rule.Rights & (FileRights.Write | FileRights.Device)) != 0);

    /// <summary>Whether it may make TCP connections.</summary>
    public bool MayConnect => TcpPorts is null or { Length: > 0 };

    /// <summary>Whether it wants its own file system and processes: it may execute, and has namespaces for mounts and processes.</summary>
    public bool WantsWorld => MayExecute && Namespaces.HasFlag(Namespaces.Mounts) && Namespaces.HasFlag(Namespaces.Processes);

    /// <summary>The folder for <see cref="PolicyPaths.Workspace"/>; null if none was named.</summary>
    public string? Workspace { get; private init; }

    /// <summary>The identity of the workspace's folder, so that another folder at its path is refused; null if unchecked.</summary>
    internal (ulong Device, ulong Inode)? WorkspaceIdentity { get; private init; }

    /// <summary>Whether it grants writing the workspace, or did before <see cref="WithoutWorkspace"/>.</summary>
    internal bool WritesWorkspace
    {
        get => field || Files.Any(static rule => rule.Path == PolicyPaths.Workspace && rule.Rights.HasFlag(FileRights.Write));
        private init;
    }

    /// <summary>The folder that takes the changes to the workspace, which itself stays unchanged; null to change the workspace.</summary>
    internal string? Scratch { get; init; }

    /// <summary>The certificates that programs in its world find where the machine has its own, in PEM; null for the machine's.</summary>
    internal (string Path, string Content)? Bundle { get; init; }

    /// <summary>Names in a workspace that stay unchangeable although the workspace is writable: other programs execute them later.</summary>
    public ImmutableArray<string> Protected { get; private init; } = [];

    /// <summary>The folder it starts in; in a world it exists at least as an empty folder.</summary>
    public string StartFolder { get; private init; } = "/";

    /// <summary>A policy that denies everything.</summary>
    /// <param name="name">Its name.</param>
    public static SandboxPolicy Named(string name) => new(name);

    /// <summary>No confinement: for comparisons, and for embedders who confine their children otherwise.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why.</param>
    public static SandboxPolicy Unconfined(string name, string reason) => new SandboxPolicy(name) { IsUnconfined = true }.Because("unconfined", reason);

    /// <summary>Allows reading a file, or listing and reading a folder.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowRead(string path) => Allow(path, FileRights.Read);

    /// <summary>Allows reading and changing a path.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowWrite(string path) => Allow(path, FileRights.Read | FileRights.Write);

    /// <summary>Allows executing a path, together with <see cref="AllowExec"/>; reading it needs <see cref="AllowRead"/>.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowExecute(string path) => Allow(path, FileRights.Execute);

    /// <summary>Allows using a device.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowDevice(string path) => Allow(path, FileRights.Read | FileRights.Device);

    /// <summary>Allows connecting to these TCP ports.</summary>
    /// <param name="ports">1 to 65535.</param>
    public SandboxPolicy AllowTcpConnect(params ReadOnlySpan<int> ports) => this with { TcpPorts = [.. (TcpPorts ?? []).Union(ports.ToArray())] };

    /// <summary>Allows connecting to any TCP port.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowTcpConnectAnywhere(string reason) => (this with { TcpPorts = null }).Because("tcp-anywhere", reason);

    /// <summary>Allows sending and receiving datagrams, which name resolution needs.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowDatagrams(string reason) => (this with { MaySendDatagrams = true }).Because("datagrams", reason);

    /// <summary>Gives it an empty network with one way out, by name, through the browser. Needs namespaces for the network, mounts and processes; without them it has no network at all.</summary>
    /// <param name="rules">The hosts it may reach, such as <c>example.org</c> or <c>*.example.org:443</c>, and with an exclamation mark those it may not.</param>
    public SandboxPolicy AllowEgress(params IEnumerable<string> rules) => this with { HasNamedEgress = true, EgressRules = [.. EgressRules.Union(rules)] };

    /// <summary>Takes the network away.</summary>
    internal SandboxPolicy WithoutNetwork() => this with { TcpPorts = [], MaySendDatagrams = false, HasNamedEgress = false };

    /// <summary>Allows forking: starting processes that run the same program.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowFork(string reason) => (this with { MayFork = true }).Because("fork", reason);

    /// <summary>Allows executing other programs.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowExec(string reason) => (this with { MayExecute = true }).Because("exec", reason);

    /// <summary>Forbids starting processes and executing other programs.</summary>
    public SandboxPolicy DenyExec() => this with { MayFork = false, MayExecute = false };

    /// <summary>Allows controlling terminals.</summary>
    public SandboxPolicy AllowTerminals() => this with { MayUseTerminals = true };

    /// <summary>Allows these system calls; if the arguments matter, only their harmless uses.</summary>
    /// <param name="names">Names as in the manual pages.</param>
    public SandboxPolicy AllowSystemCalls(params IEnumerable<string> names) => this with { SystemCalls = SystemCalls.Union(names) };

    /// <summary>Makes these system calls fail without a report.</summary>
    /// <param name="names">Names as in the manual pages.</param>
    public SandboxPolicy DenyQuietly(params IEnumerable<string> names) => this with { QuietlyDenied = QuietlyDenied.Union(names) };

    /// <summary>The calls that a native or a JIT child may make.</summary>
    internal ImmutableSortedSet<string> CallsOf(bool native) => native && NativeSystemCalls.Count > 0 ? NativeSystemCalls : SystemCalls;

    /// <summary>The calls that fail without a report in a native or a JIT child.</summary>
    internal ImmutableSortedSet<string> TriesOf(bool native) => native && NativeSystemCalls.Count > 0 ? NativeQuietlyDenied : QuietlyDenied;

    /// <summary>Gives it new namespaces.</summary>
    /// <param name="namespaces">The namespaces.</param>
    internal SandboxPolicy In(Namespaces namespaces) => this with { Namespaces = Namespaces | namespaces };

    /// <summary>Requires these layers: without them no child is started.</summary>
    /// <param name="layers">The layers.</param>
    public SandboxPolicy Require(params IEnumerable<SandboxLayer> layers) => this with { Required = Required.Union(layers), Preferred = Preferred.Except(layers) };

    /// <summary>Prefers these layers: without them a child is started, and the report says so.</summary>
    /// <param name="layers">The layers.</param>
    public SandboxPolicy Prefer(params IEnumerable<SandboxLayer> layers) => this with { Preferred = Preferred.Union(layers).Except(Required) };

    /// <summary>States the reason for a dangerous allowance.</summary>
    /// <param name="allowance">Its name, as the linter gives it.</param>
    /// <param name="reason">One sentence.</param>
    public SandboxPolicy Because(string allowance, string reason) => this with { Reasons = Reasons.SetItem(allowance, reason) };

    /// <summary>Sets the folder for <see cref="PolicyPaths.Workspace"/>.</summary>
    /// <param name="folder">An absolute path.</param>
    public SandboxPolicy ForWorkspace(string folder) => ForWorkspace(folder, null);

    /// <summary>Sets the workspace with its identity: a world refuses another folder at that path.</summary>
    internal SandboxPolicy ForWorkspace(string folder, (ulong Device, ulong Inode)? identity) => this with
    {
        Workspace = folder,
        WorkspaceIdentity = identity,
        Files = [.. Files.Select(rule => rule.Path == PolicyPaths.Workspace ? rule with { Path = folder } : rule)],
    };

    /// <summary>Keeps these names unchangeable in a writable workspace.</summary>
    /// <param name="names">Relative to the workspace, such as ".git/hooks".</param>
    public SandboxPolicy Protect(params IEnumerable<string> names) => this with { Protected = [.. Protected.Union(names)] };

    /// <summary>Sets the folder it starts in.</summary>
    /// <param name="folder">An absolute path.</param>
    public SandboxPolicy StartIn(string folder) => this with { StartFolder = folder };

    /// <summary>Removes the rules for a workspace.</summary>
    public SandboxPolicy WithoutWorkspace() => this with { Files = [.. Files.Where(static rule => rule.Path != PolicyPaths.Workspace)], WritesWorkspace = WritesWorkspace };

    /// <summary>Sets the folder for <see cref="PolicyPaths.Temporary"/>, which otherwise grants nothing.</summary>
    /// <param name="folder">An absolute path to a folder without files of other processes.</param>
    public SandboxPolicy ForTemporary(string folder) =>
        this with { Files = [.. Files.Select(rule => rule.Path == PolicyPaths.Temporary ? rule with { Path = folder } : rule)] };

    /// <summary>Whether it has rules for a workspace that was not named.</summary>
    public bool NeedsWorkspace => Files.Any(static rule => rule.Path == PolicyPaths.Workspace);

    private SandboxPolicy Allow(string path, FileRights rights) => this with { Files = Files.Add(new FileRule(path, rights)) };
}
