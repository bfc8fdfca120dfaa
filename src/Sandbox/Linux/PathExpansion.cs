using System.Runtime.InteropServices;

namespace ActorBrowser.Sandbox;

/// <summary>Replaces the names in <see cref="PolicyPaths"/> with this machine's paths.</summary>
internal static class PathExpansion
{
    private static readonly string[] Libraries = ["/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib"];

    // Files that the C library and the runtime read; none is secret.
    private static readonly string[] Facts =
    [
        "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/usr/share/zoneinfo", "/etc/dotnet", "/proc", "/sys/devices/system/cpu",
        "/sys/devices/system/node", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage", "/dev/urandom", "/dev/random",
    ];

    private static readonly string[] NetworkFacts =
    [
        "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/ssl",
        "/etc/pki", "/etc/ca-certificates", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/lib/ssl", "/run/systemd/resolve",
        "/etc/crypto-policies", "/usr/share/crypto-policies",
    ];

    private static EnumerationOptions CodeBelow => new() { RecurseSubdirectories = true, MaxRecursionDepth = 6, IgnoreInaccessible = true };

    private static readonly string[] Devices =
        ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts"];

    /// <summary>The rules with every name replaced; paths that do not exist are kept and cost nothing.</summary>
    internal static IEnumerable<FileRule> Expand(SandboxPolicy policy, ChildExecutable executable)
    {
        foreach (var rule in policy.Files)
        {
            if (rule.Path[0] != '@')
            {
                yield return rule;
                continue;
            }
            foreach (var expanded in Expand(rule, executable))
                yield return expanded;
        }
    }

    /// <summary>Records the state of the folders that are searched for an application's code.</summary>
    /// <param name="executable">The program.</param>
    internal static PathWitness Witness(ChildExecutable executable)
    {
        var witness = new PathWitness();
        witness.Note(executable.Path);
        var folder = ApplicationFolder(executable);
        foreach (var searched in Directory.EnumerateDirectories(folder, "*", CodeBelow).Prepend(folder))
            witness.NoteContent(searched);
        return witness;
    }

    private static IEnumerable<FileRule> Expand(FileRule rule, ChildExecutable executable) => rule.Path switch
    {
        PolicyPaths.Runtime => Runtime(executable),
        PolicyPaths.Application => Application(executable),
        PolicyPaths.NetworkFacts => Read([.. NetworkFacts, .. CertificatesFromEnvironment()]),
        // The machine's own folder holds the runtime's debugger pipes, and access to them means control of this process.
        PolicyPaths.Temporary => [],
        PolicyPaths.Devices => Devices.Select(path => rule with { Path = path }),
        _ => throw new InvalidOperationException($"'{rule.Path}' has no paths on this machine; name its folder first."),
    };

    private static IEnumerable<FileRule> Read(IEnumerable<string> paths) => paths.Select(static path => new FileRule(path, FileRights.Read));

    private static IEnumerable<FileRule> Runtime(ChildExecutable executable)
    {
        foreach (var rule in Read([.. Libraries, .. Facts]))
            yield return rule;
        yield return new FileRule(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2", FileRights.Read | FileRights.Execute);
        yield return new FileRule("/dev/null", FileRights.Read | FileRights.Device);
        yield return new FileRule(Resolve(executable.Path), FileRights.Read | FileRights.Execute);
        if (executable.IsChildImage)
            yield break;
        // …/shared/Microsoft.NETCore.App/10.0.1/ → the root that has host/ and shared/ in it.
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        var root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        if (Directory.Exists(Path.Combine(root, "shared")))
        {
            yield return new FileRule(Path.Combine(root, "shared"), FileRights.Read);
            yield return new FileRule(Path.Combine(root, "host"), FileRights.Read);
        }
        else
        {
            yield return new FileRule(runtime, FileRights.Read);
        }
    }

    // Each file separately: the libraries' folder also holds an application's settings and data.
    private static IEnumerable<FileRule> Application(ChildExecutable executable)
    {
        yield return new FileRule(Resolve(executable.Path), FileRights.Read | FileRights.Execute);
        if (executable.IsChildImage)
            yield break;
        foreach (var file in Directory.EnumerateFiles(ApplicationFolder(executable), "*", CodeBelow))
        {
            if (IsCode(file))
                yield return new FileRule(file, FileRights.Read);
        }
    }

    private static string ApplicationFolder(ChildExecutable executable)
    {
        var program = executable.Arguments.Count > 0 && executable.Arguments[0].EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? executable.Arguments[0] : executable.Path;
        return Path.GetDirectoryName(Resolve(program))!;
    }

    private static string Resolve(string path) => new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;

    private static bool IsCode(string file) =>
        file.EndsWith(".dll", StringComparison.Ordinal) || file.EndsWith(".so", StringComparison.Ordinal) || file.Contains(".so.", StringComparison.Ordinal)
        || file.EndsWith(".deps.json", StringComparison.Ordinal) || file.EndsWith(".runtimeconfig.json", StringComparison.Ordinal);

    private static IEnumerable<string> CertificatesFromEnvironment() =>
        new[] { Environment.GetEnvironmentVariable("SSL_CERT_FILE"), Environment.GetEnvironmentVariable("SSL_CERT_DIR") }.OfType<string>().Where(static path => path.StartsWith('/'));
}
