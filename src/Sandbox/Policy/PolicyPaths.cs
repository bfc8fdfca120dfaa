namespace ActorBrowser.Sandbox;

/// <summary>Names for paths that differ from machine to machine.</summary>
internal static class PolicyPaths
{
    /// <summary>What a .NET program needs to run: the runtime, the C library, and facts about the machine.</summary>
    public const string Runtime = "@runtime";

    /// <summary>The children's program and its libraries, without its settings.</summary>
    public const string Application = "@application";

    /// <summary>The files that name resolution and TLS read.</summary>
    public const string NetworkFacts = "@network-facts";

    /// <summary>The folder that a command works in.</summary>
    public const string Workspace = "@workspace";

    /// <summary>A private folder for temporary files, never the machine's, where other processes keep their sockets and pipes.</summary>
    public const string Temporary = "@temporary";

    /// <summary>null, zero, full, random, urandom, and the terminals.</summary>
    public const string Devices = "@devices";

    /// <summary>The user's home folder from the environment; null if that is not an absolute path other than /.</summary>
    public static string? Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 1 } home && home[0] == '/' ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(home)) : null;

    /// <summary>Whether an absolute path is a folder or is below it.</summary>
    public static bool IsIn(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

    /// <summary>All these names.</summary>
    public static IReadOnlyList<string> All { get; } = [Runtime, Application, NetworkFacts, Workspace, Temporary, Devices];
}
