using System.Collections.Immutable;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>One layer of confinement. Each is named as reports and configuration name it: in kebab case.</summary>
public enum SandboxLayer
{
    /// <summary>No program can gain privileges.</summary>
    NoNewPrivileges,

    /// <summary>System calls are an allow-list.</summary>
    SystemCalls,

    /// <summary>A refused system call is told to the parent by name.</summary>
    ViolationReports,

    /// <summary>Files are an allow-list (Landlock).</summary>
    Files,

    /// <summary>TCP ports are an allow-list (Landlock 4).</summary>
    TcpPorts,

    /// <summary>No abstract sockets of, and no signals to, processes outside (Landlock 6).</summary>
    Scopes,

    /// <summary>Namespaces of its own.</summary>
    Namespaces,

    /// <summary>A file system and processes of its own: what is not granted is not there.</summary>
    World,

    /// <summary>No capability, and none to gain.</summary>
    Capabilities,

    /// <summary>Memory and processes are limited by a control group.</summary>
    ControlGroup,

    /// <summary>No memory becomes executable once the child has begun. A native child's; a JIT compiler cannot live with it.</summary>
    NoNewCode,
}

/// <summary>What may be done below a path.</summary>
[Flags]
internal enum FileRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Reading files and listing folders.</summary>
    Read = 1,

    /// <summary>Changing, making, removing and renaming.</summary>
    Write = 2,

    /// <summary>Executing.</summary>
    Execute = 4,

    /// <summary>Reading, writing and controlling a device.</summary>
    Device = 8,
}

/// <summary>What may be done below a path.</summary>
/// <param name="Path">An absolute path, or one of <see cref="PolicyPaths"/>' names.</param>
/// <param name="Rights">What.</param>
internal readonly record struct FileRule(string Path, FileRights Rights);

/// <summary>
/// What a child may do: everything that is not allowed here is denied. Members read as sentences; each returns a new policy.
/// <code>
/// SandboxPolicy.Named("scanner").AllowRead(PolicyPaths.Runtime).AllowRead("/srv/files").AllowSystemCalls(calls).Require(SandboxLayer.Files)
/// </code>
/// </summary>
public sealed record SandboxPolicy
{
    private SandboxPolicy(string name) => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it is for, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether nothing is confined at all.</summary>
    public bool IsUnconfined { get; private init; }

    /// <summary>Which files.</summary>
    internal ImmutableArray<FileRule> Files { get; private init; } = [];

    /// <summary>Which TCP ports it may connect to; null for all.</summary>
    public ImmutableArray<int>? TcpPorts { get; private init; } = [];

    /// <summary>Whether it may send datagrams, as name resolution does.</summary>
    public bool MaySendDatagrams { get; private init; }

    /// <summary>Whether it may start processes.</summary>
    public bool MayFork { get; private init; }

    /// <summary>Whether it may become, or start, another program.</summary>
    public bool MayExecute { get; private init; }

    /// <summary>Whether it may control terminals; typing into one is never allowed.</summary>
    public bool MayUseTerminals { get; private init; }

    /// <summary>The system calls it needs.</summary>
    public ImmutableSortedSet<string> SystemCalls { get; private init; } = [];

    /// <summary>The system calls that a native child needs once it is ready; empty for the same as <see cref="SystemCalls"/>.</summary>
    internal ImmutableSortedSet<string> NativeSystemCalls { get; init; } = [];

    /// <summary>With <see cref="NativeSystemCalls"/>: those that fail in a native child without a report.</summary>
    internal ImmutableSortedSet<string> NativeQuietlyDenied { get; init; } = [];

    /// <summary>System calls that fail without a report, because well-meaning code tries them.</summary>
    public ImmutableSortedSet<string> QuietlyDenied { get; private init; } = [];

    /// <summary>The namespaces of its own that it gets.</summary>
    internal Namespaces Namespaces { get; private init; }

    /// <summary>Its limits.</summary>
    public SandboxLimits Limits { get; init; } = new();

    /// <summary>Without one of these there is no child.</summary>
    public ImmutableSortedSet<SandboxLayer> Required { get; private init; } = [];

    /// <summary>Without one of these there is a child, and a report that names it.</summary>
    public ImmutableSortedSet<SandboxLayer> Preferred { get; private init; } = [];

    /// <summary>Whether it requires or prefers a layer.</summary>
    /// <param name="layer">The layer.</param>
    public bool Wants(SandboxLayer layer) => Required.Contains(layer) || Preferred.Contains(layer);

    /// <summary>Whether a refused system call ends the child, too.</summary>
    public bool KillsOnViolation { get; init; }

    /// <summary>Why a dangerous allowance is there, by its name; the linter wants one for each.</summary>
    public ImmutableSortedDictionary<string, string> Reasons { get; private init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it may write any file at all.</summary>
    public bool MayWrite => Files.Any(static rule => (rule.Rights & (FileRights.Write | FileRights.Device)) != 0);

    /// <summary>Whether it may make TCP connections.</summary>
    public bool MayConnect => TcpPorts is null or { Length: > 0 };

    /// <summary>Whether it wants a file system and processes of its own: one that may execute, with namespaces for mounts and processes.</summary>
    public bool WantsWorld => MayExecute && Namespaces.HasFlag(Namespaces.Mounts) && Namespaces.HasFlag(Namespaces.Processes);

    /// <summary>The folder that stands for <see cref="PolicyPaths.Workspace"/>; null where none was named.</summary>
    public string? Workspace { get; private init; }

    /// <summary>Which file the workspace is: another one at its path is none. Null where that was not looked at.</summary>
    internal (ulong Device, ulong Inode)? WorkspaceIdentity { get; private init; }

    /// <summary>Names below a workspace that cannot be changed where it can: what other programs run later.</summary>
    public ImmutableArray<string> Protected { get; private init; } = [];

    /// <summary>Where it starts; there in its world at least as an empty folder.</summary>
    public string StartFolder { get; private init; } = "/";

    /// <summary>A policy that denies everything.</summary>
    /// <param name="name">Its name.</param>
    public static SandboxPolicy Named(string name) => new(name);

    /// <summary>No policy at all: for a control, and for those who confine their children otherwise.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why.</param>
    public static SandboxPolicy Unconfined(string name, string reason) => new SandboxPolicy(name) { IsUnconfined = true }.Because("unconfined", reason);

    /// <summary>It may read a file, or list and read a folder.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowRead(string path) => Allow(path, FileRights.Read);

    /// <summary>It may read and change what is there.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowWrite(string path) => Allow(path, FileRights.Read | FileRights.Write);

    /// <summary>It may execute what is there, with <see cref="AllowExec"/>; reading it is another matter.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowExecute(string path) => Allow(path, FileRights.Execute);

    /// <summary>It may use a device.</summary>
    /// <param name="path">An absolute path or a name of <see cref="PolicyPaths"/>.</param>
    public SandboxPolicy AllowDevice(string path) => Allow(path, FileRights.Read | FileRights.Device);

    /// <summary>It may connect to these TCP ports.</summary>
    /// <param name="ports">1 to 65535.</param>
    public SandboxPolicy AllowTcpConnect(params ReadOnlySpan<int> ports) => this with { TcpPorts = [.. (TcpPorts ?? []).Union(ports.ToArray())] };

    /// <summary>It may connect to any TCP port.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowTcpConnectAnywhere(string reason) => (this with { TcpPorts = null }).Because("tcp-anywhere", reason);

    /// <summary>It may send and receive datagrams: name resolution needs them.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowDatagrams(string reason) => (this with { MaySendDatagrams = true }).Because("datagrams", reason);

    /// <summary>It may start processes that are copies of itself.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowFork(string reason) => (this with { MayFork = true }).Because("fork", reason);

    /// <summary>It may become another program.</summary>
    /// <param name="reason">Why.</param>
    public SandboxPolicy AllowExec(string reason) => (this with { MayExecute = true }).Because("exec", reason);

    /// <summary>It may neither start processes nor become another program.</summary>
    public SandboxPolicy DenyExec() => this with { MayFork = false, MayExecute = false };

    /// <summary>It may control terminals.</summary>
    public SandboxPolicy AllowTerminals() => this with { MayUseTerminals = true };

    /// <summary>It may make these system calls; of those whose arguments decide, the harmless uses.</summary>
    /// <param name="names">As in their manual pages.</param>
    public SandboxPolicy AllowSystemCalls(params IEnumerable<string> names) => this with { SystemCalls = SystemCalls.Union(names) };

    /// <summary>These system calls fail without a report.</summary>
    /// <param name="names">As in their manual pages.</param>
    public SandboxPolicy DenyQuietly(params IEnumerable<string> names) => this with { QuietlyDenied = QuietlyDenied.Union(names) };

    /// <summary>What a child of one image or the other may call.</summary>
    internal ImmutableSortedSet<string> CallsOf(bool native) => native && NativeSystemCalls.Count > 0 ? NativeSystemCalls : SystemCalls;

    /// <summary>What it may try.</summary>
    internal ImmutableSortedSet<string> TriesOf(bool native) => native && NativeSystemCalls.Count > 0 ? NativeQuietlyDenied : QuietlyDenied;

    /// <summary>It gets namespaces of its own.</summary>
    /// <param name="namespaces">Which.</param>
    internal SandboxPolicy In(Namespaces namespaces) => this with { Namespaces = Namespaces | namespaces };

    /// <summary>Without these layers it is not started.</summary>
    /// <param name="layers">Which.</param>
    public SandboxPolicy Require(params IEnumerable<SandboxLayer> layers) => this with { Required = Required.Union(layers), Preferred = Preferred.Except(layers) };

    /// <summary>Without these layers it is started, and the report says so.</summary>
    /// <param name="layers">Which.</param>
    public SandboxPolicy Prefer(params IEnumerable<SandboxLayer> layers) => this with { Preferred = Preferred.Union(layers).Except(Required) };

    /// <summary>States why a dangerous allowance is there.</summary>
    /// <param name="allowance">Its name, as the linter gives it.</param>
    /// <param name="reason">A sentence.</param>
    public SandboxPolicy Because(string allowance, string reason) => this with { Reasons = Reasons.SetItem(allowance, reason) };

    /// <summary>The same, with a folder in the place of <see cref="PolicyPaths.Workspace"/>.</summary>
    /// <param name="folder">An absolute path.</param>
    public SandboxPolicy ForWorkspace(string folder) => ForWorkspace(folder, null);

    /// <summary>The same for a folder that was looked at: in a world, another one at its path is refused.</summary>
    internal SandboxPolicy ForWorkspace(string folder, (ulong Device, ulong Inode)? identity) => this with
    {
        Workspace = folder,
        WorkspaceIdentity = identity,
        Files = [.. Files.Select(rule => rule.Path == PolicyPaths.Workspace ? rule with { Path = folder } : rule)],
    };

    /// <summary>It cannot change these, where it can change the workspace.</summary>
    /// <param name="names">Relative to the workspace, as ".git/hooks".</param>
    public SandboxPolicy Protect(params IEnumerable<string> names) => this with { Protected = [.. Protected.Union(names)] };

    /// <summary>It starts in this folder.</summary>
    /// <param name="folder">An absolute path.</param>
    public SandboxPolicy StartIn(string folder) => this with { StartFolder = folder };

    /// <summary>The same, with no workspace.</summary>
    public SandboxPolicy WithoutWorkspace() => this with { Files = [.. Files.Where(static rule => rule.Path != PolicyPaths.Workspace)] };

    /// <summary>The same, with a folder in the place of <see cref="PolicyPaths.Temporary"/>; unnamed, that grants nothing.</summary>
    /// <param name="folder">An absolute path: a folder that holds nothing of other processes.</param>
    public SandboxPolicy ForTemporary(string folder) =>
        this with { Files = [.. Files.Select(rule => rule.Path == PolicyPaths.Temporary ? rule with { Path = folder } : rule)] };

    /// <summary>Whether it speaks of a workspace that has not been named.</summary>
    public bool NeedsWorkspace => Files.Any(static rule => rule.Path == PolicyPaths.Workspace);

    private SandboxPolicy Allow(string path, FileRights rights) => this with { Files = Files.Add(new FileRule(path, rights)) };
}
