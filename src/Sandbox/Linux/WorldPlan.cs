using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Builds a <see cref="World"/> from a policy: the granted paths, and the links that lead to them.</summary>
internal sealed class WorldPlan
{
    private const string Temporary = "/tmp";
    private const string KeptTemporary = "/var/tmp";
    private const string SharedMemory = "/dev/shm";

    private static readonly (string Path, string Target)[] DeviceLinks =
    [
        ("/dev/ptmx", "pts/ptmx"), ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
    ];

    // Settings in a new /proc that still belong to the machine, and that root could change.
    private static readonly string[] MachineSettings = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/scsi", "/proc/acpi"];

    // Files there that only root may read, and that describe the machine.
    private static readonly string[] MachineFacts =
        ["/proc/keys", "/proc/timer_list", "/proc/slabinfo", "/proc/vmallocinfo", "/proc/kpagecount", "/proc/kpageflags", "/proc/kpagecgroup", "/proc/kcore", "/proc/kmsg", "/proc/sched_debug", "/proc/latency_stats"];

    private readonly Dictionary<string, WorldEntry> _places = new(StringComparer.Ordinal);
    private readonly LinkWalk _links = new();
    private readonly SandboxPolicy _policy;

    private readonly PathWitness _witness;

    private WorldPlan(SandboxPolicy policy, PathWitness witness)
    {
        _policy = policy;
        _witness = witness;
    }

    /// <summary>The smallest world, to try whether this machine can make one.</summary>
    internal static World Least { get; } = new()
    {
        Entries =
        [
            new WorldEntry(WorldPlace.Processes, "/proc", true), new WorldEntry(WorldPlace.Private, Temporary, true), new WorldEntry(WorldPlace.ReadOnly, "/usr", true),
            new WorldEntry(WorldPlace.Device, "/dev/null", false), new WorldEntry(WorldPlace.Terminals, "/dev/pts", true),
        ],
        PrivateBytes = 1 << 20,
    };

    /// <summary>Builds the world.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="files">The policy's rules, with every name replaced.</param>
    /// <param name="landlockVersion">0 for none.</param>
    /// <param name="witness">Records what the world depends on.</param>
    internal static World Of(SandboxPolicy policy, IEnumerable<FileRule> files, int landlockVersion, PathWitness witness)
    {
        var plan = new WorldPlan(policy, witness);
        var all = false;
        foreach (var rule in files)
        {
            if (rule.Path == "/")
                all |= rule.Rights.HasFlag(FileRights.Read);
            else
                plan.Grant(rule);
        }
        plan.AddOwn();
        var writes = policy.Files.Any(static rule => rule.Path == PolicyPaths.Temporary && rule.Rights.HasFlag(FileRights.Write));
        plan.AddTemporary(writes, out var temporary);
        if (PolicyPaths.Home is { } home && temporary.Contains(home))
        {
            foreach (var file in GitIdentity.FilesOf(home))
                witness.NoteContent(file);
            if (GitIdentity.ConfigurationOf(home) is { } identity)
                plan.AddText(Path.Combine(home, GitIdentity.FileName), identity);
        }
        if (policy.HasNamedEgress)
            plan.AddNames();
        if (policy.Bundle is { } bundle)
            plan.AddBundle(bundle.Path, bundle.Content);
        plan.AddStart();
        foreach (var path in plan._links.Seen.Keys)
            witness.Note(path);
        return new World
        {
            Entries = plan.Sorted(),
            ShowsAll = all,
            PrivateBytes = policy.Limits.Temporary,
            Workspace = policy.Workspace,
            Pinned = plan.Pinned(),
            Folder = policy.StartFolder,
            Rules = landlockVersion == 0 ? [] :
            [
                LandlockRules.InWorld("/", FileRights.Read | FileRights.Execute, landlockVersion), LandlockRules.InWorld("/dev/pts", FileRights.Read | FileRights.Device, landlockVersion),
                .. policy is { Scratch: not null, Workspace: { } workspace } ? [LandlockRules.InWorld(workspace, FileRights.Read | FileRights.Write, landlockVersion)] : Array.Empty<WorldRule>(),
                .. temporary.Select(folder => LandlockRules.InWorld(folder, FileRights.Read | FileRights.Write, landlockVersion)),
            ],
        };
    }

    private void Grant(FileRule rule)
    {
        if (PolicyPaths.IsIn(rule.Path, "/proc") || rule.Path is "/dev/pts" or "/dev/ptmx")
            return;
        // The workspace must be reached without following a link; that is checked when it is opened.
        var path = rule.Path == _policy.Workspace ? rule.Path : _links.Resolve(rule.Path);
        _witness.Note(path);
        var isFolder = Directory.Exists(path);
        if (path == "/" || PolicyPaths.IsIn(path, "/proc") || (!isFolder && !File.Exists(path)))
            return;
        var place = !isFolder && PolicyPaths.IsIn(path, "/dev") ? WorldPlace.Device : rule.Rights.HasFlag(FileRights.Write) ? WorldPlace.Writable : WorldPlace.ReadOnly;
        if (place == WorldPlace.Writable && rule.Path == _policy.Workspace && _policy.Scratch is { } scratch)
            _places[path] = new WorldEntry(WorldPlace.Scratch, path, isFolder, scratch);
        else if (!_places.TryGetValue(path, out var known) || known.Place == WorldPlace.ReadOnly)
            _places[path] = new WorldEntry(place, path, isFolder);
    }

    private void AddOwn()
    {
        _places["/proc"] = new WorldEntry(WorldPlace.Processes, "/proc", true);
        _places["/dev/pts"] = new WorldEntry(WorldPlace.Terminals, "/dev/pts", true);
        foreach (var (path, target) in DeviceLinks)
            _places[path] = new WorldEntry(WorldPlace.Link, path, false, target);
        foreach (var setting in MachineSettings.Where(static path => CurrentProcess.IsPrivileged && Path.Exists(path)))
            _places[setting] = new WorldEntry(WorldPlace.Protected, setting, true);
        foreach (var fact in MachineFacts.Where(static path => CurrentProcess.IsPrivileged && File.Exists(path)))
            _places[fact] = new WorldEntry(WorldPlace.Masked, fact, false);
    }

    private void AddTemporary(bool writes, out List<string> folders)
    {
        folders = [];
        foreach (var folder in new[] { Temporary, KeptTemporary, SharedMemory, PolicyPaths.Home })
        {
            if (folder is null || _places.ContainsKey(folder) || IsShown(folder))
                continue;
            _places[folder] = new WorldEntry(writes ? WorldPlace.Private : WorldPlace.Empty, folder, true);
            if (writes)
                folders.Add(folder);
        }
    }

    // The machine's own name servers and hosts lead nowhere in a network of its own. In a folder that is shown whole they stay: any name server's
    // address is ours there.
    private void AddNames()
    {
        foreach (var (path, content) in new[] { ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n"), ("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n") })
        {
            if (!IsShown(path))
                _places[path] = new WorldEntry(WorldPlace.Fact, path, false, content);
        }
    }

    // On top of the machine's own, which is in a folder that is shown.
    private void AddBundle(string name, string content)
    {
        var path = _links.Resolve(name);
        _witness.Note(path);
        _places[path] = new WorldEntry(WorldPlace.Fact, path, false, content);
    }

    // Only in a home that belongs to the command.
    private void AddText(string path, string content)
    {
        if (!_places.ContainsKey(path))
            _places[path] = new WorldEntry(WorldPlace.Text, path, false, content);
    }

    // A command must start somewhere: if its folder was not granted, in an empty one.
    private void AddStart()
    {
        var start = _policy.StartFolder;
        _witness.Note(start);
        if (start != "/" && !PolicyPaths.IsIn(start, "/proc") && !PolicyPaths.IsIn(start, "/dev") && !_places.ContainsKey(start) && !IsShown(start) && Directory.Exists(start))
            _places[start] = new WorldEntry(WorldPlace.Empty, start, true);
    }

    private WorldEntry[] Sorted()
    {
        foreach (var (path, target) in _links.Seen)
        {
            if (target is not null && !_places.ContainsKey(path) && !IsShown(path))
                _places.Add(path, new WorldEntry(WorldPlace.Link, path, false, target));
        }
        return
        [
            .. _places.Values.Where(entry => !IsCovered(entry)).OrderBy(static entry => entry.Path.AsSpan().Count('/')).ThenBy(static entry => entry.Path, StringComparer.Ordinal),
        ];
    }

    // The nearest entry above it already shows it with the same rights.
    private bool IsCovered(in WorldEntry entry) =>
        entry.Place is WorldPlace.ReadOnly or WorldPlace.Writable && Above(entry.Path) is { } above && above.Place == entry.Place && entry.Path != _policy.Workspace;

    private bool IsShown(string path) => Above(path) is { Place: WorldPlace.ReadOnly or WorldPlace.Writable or WorldPlace.Scratch };

    private WorldEntry? Above(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (_places.TryGetValue(path[..end], out var entry))
                return entry;
        }
        return null;
    }

    private List<(string, bool)> Pinned()
    {
        var pinned = new List<(string, bool)>();
        if (_policy.Workspace is not { } workspace || !_places.TryGetValue(workspace, out var entry) || entry.Place is not (WorldPlace.Writable or WorldPlace.Scratch))
            return pinned;
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in _policy.Protected)
        {
            var path = workspace;
            var parts = name.Split('/');
            for (var i = 0; i < parts.Length; i++)
            {
                path += "/" + parts[i];
                _witness.Note(path);
                // Links are not followed and cannot be pinned; their targets are handled on their own.
                if (!Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
                    break;
                // A file instead of a folder, such as a worktree's .git, names the real folder.
                if (folders.Add(path))
                    pinned.Add((path, i == parts.Length - 1 || !Directory.Exists(path)));
            }
        }
        // A mount goes with the folder that holds it: renamed, that folder would leave its path to the command, which others may execute or trust.
        foreach (var inner in _places.Keys.Where(path => path.Length > workspace.Length && PolicyPaths.IsIn(path, workspace)))
        {
            for (var path = Path.GetDirectoryName(inner)!; path.Length > workspace.Length; path = Path.GetDirectoryName(path)!)
            {
                if (folders.Add(path))
                    pinned.Add((path, false));
            }
        }
        return pinned;
    }
}
