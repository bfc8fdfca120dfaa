namespace ActorBrowser.Sandbox;

/// <summary>Names, in a policy, of paths that differ from machine to machine.</summary>
internal static class PolicyPaths
{
    /// <summary>What a .NET program needs to run: the runtime, the C library, the facts of the machine.</summary>
    public const string Runtime = "@runtime";

    /// <summary>The program that children are, and its libraries; not its settings.</summary>
    public const string Application = "@application";

    /// <summary>What name resolution and TLS read.</summary>
    public const string NetworkFacts = "@network-facts";

    /// <summary>The folder a command works in.</summary>
    public const string Workspace = "@workspace";

    /// <summary>A private folder for temporary files; never the machine's, where other processes keep their sockets and pipes.</summary>
    public const string Temporary = "@temporary";

    /// <summary>null, zero, full, random, urandom, and the terminals.</summary>
    public const string Devices = "@devices";

    /// <summary>The user's home as the environment names it; null where that is no folder of the user's.</summary>
    public static string? Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 1 } home && home[0] == '/' ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(home)) : null;

    /// <summary>Whether an absolute path is a folder's own, or below it.</summary>
    public static bool IsIn(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Runtime, Application, NetworkFacts, Workspace, Temporary, Devices];
}
