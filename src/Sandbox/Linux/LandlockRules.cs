using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Builds a policy's Landlock ruleset, as far as this kernel's version supports it.</summary>
internal static class LandlockRules
{
    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong Remove = (1 << 4) | (1 << 5);
    private const ulong MakeDevices = (1 << 6) | (1 << 11);
    private const ulong Make = (1 << 7) | (1 << 8) | (1 << 9) | (1 << 10) | (1 << 12);
    private const ulong Refer = 1 << 13;
    private const ulong Truncate = 1 << 14;
    private const ulong ControlDevice = 1 << 15;
    private const ulong OfFiles = Execute | WriteFile | ReadFile | Truncate | ControlDevice;
    private const ulong Bind = 1;
    private const ulong Connect = 2;
    private const ulong AbstractSockets = 1;
    private const ulong Signals = 2;

    internal const int TcpVersion = 4;
    internal const int ScopeVersion = 6;

    /// <summary>Converts a policy's rules to Landlock's access bits.</summary>
    internal static (string Path, ulong Accesses)[] Compile(IEnumerable<FileRule> files)
    {
        var accesses = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var (path, rights) in files)
        {
            var isFolder = Directory.Exists(path);
            if (isFolder || File.Exists(path))
                accesses[path] = accesses.GetValueOrDefault(path) | (isFolder ? Accesses(rights) : Accesses(rights) & OfFiles);
        }
        return [.. accesses.Select(static pair => (pair.Key, pair.Value))];
    }

    /// <summary>Below this version, Landlock does not prevent a process from emptying a file that it may not write.</summary>
    internal const int TruncateVersion = 3;

    internal static Landlock Build(SandboxPolicy policy, (string Path, ulong Accesses)[] files, int version, bool ports, bool scopes)
    {
        var handled = Handled(version);
        var network = !ports ? 0 : Bind | (policy.TcpPorts is null ? 0 : Connect);
        var ruleset = Landlock.Create(handled, network, scopes ? AbstractSockets | Signals : 0);
        // A path that is gone or inaccessible cannot be allowed, and stays denied.
        foreach (var (path, accesses) in files)
            _ = ruleset.TryAllowPath(path, accesses & handled);
        if (network != 0)
        {
            foreach (var port in policy.TcpPorts ?? [])
                ruleset.AllowPort(port, Connect);
        }
        return ruleset;
    }

    private static ulong Handled(int version) => Execute | WriteFile | ReadFile | ReadFolder | Remove | MakeDevices | Make
        | (version >= 2 ? Refer : 0) | (version >= TruncateVersion ? Truncate : 0) | (version >= 5 ? ControlDevice : 0);

    /// <summary>A rule for a folder that is created with a world.</summary>
    internal static WorldRule InWorld(string folder, FileRights rights, int version) => new(folder, Accesses(rights) & Handled(version));

    private static ulong Accesses(FileRights rights) =>
        (rights.HasFlag(FileRights.Read) ? ReadFile | ReadFolder : 0)
        | (rights.HasFlag(FileRights.Execute) ? Execute : 0)
        | (rights.HasFlag(FileRights.Write) ? WriteFile | Truncate | Remove | Make | Refer : 0)
        | (rights.HasFlag(FileRights.Device) ? WriteFile | Truncate | ControlDevice : 0);
}
