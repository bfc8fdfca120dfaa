using System.Text;

namespace ActorBrowser.Sandbox;

/// <summary>
/// A policy as a macOS Seatbelt profile, which sandbox-exec applies before the program starts. It is compiled and its text is tested,
/// but it was <b>never run</b> on macOS.
/// </summary>
internal static class SeatbeltProfile
{
    /// <summary>The program that applies the profile.</summary>
    public const string Launcher = "/usr/bin/sandbox-exec";

    // Links of macOS: the kernel compares the path to which they lead.
    private static readonly string[] Links = ["/etc", "/tmp", "/var"];

    // The beginning of the terminals' names. It is no folder, so they are allowed by a pattern.
    private const string Terminals = "/dev/ttys";

    private static readonly string[] Runtime = ["/usr/lib", "/System/Library", "/usr/share/dotnet", "/usr/local/share/dotnet", "/private/var/db/timezone", "/dev/urandom", "/dev/null"];

    /// <summary>Returns the profile's text.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="executable">The child's program.</param>
    public static string Of(SandboxPolicy policy, ChildExecutable executable)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(executable);
        var text = new StringBuilder("(version 1)\n(deny default)\n(allow sysctl-read)\n(allow mach-lookup (global-name \"com.apple.system.logger\"))\n");
        text.Append("(allow signal (target self))\n(allow process-info* (target self))\n");
        text.Append("(allow process-exec (literal ").Append(Quote(Resolved(executable.Path))).Append("))\n");
        foreach (var (path, rights) in policy.Files)
        {
            foreach (var expanded in Expand(path, executable))
                AllowPath(text, expanded, rights);
        }
        if (policy.MayFork)
            text.Append("(allow process-fork)\n");
        if (policy.MayExecute)
            text.Append("(allow process-exec)\n");
        if (policy.TcpPorts is null)
            text.Append("(allow network-outbound (remote tcp))\n");
        foreach (var port in policy.TcpPorts ?? [])
            text.Append("(allow network-outbound (remote tcp \"*:").Append(port).Append("\"))\n");
        if (policy.MaySendDatagrams)
            text.Append("(allow network-outbound (remote udp))\n(allow network-outbound (literal \"/private/var/run/mDNSResponder\"))\n");
        return text.ToString();
    }

    private static void AllowPath(StringBuilder text, string path, FileRights rights)
    {
        var where = path == "/" ? "" : path == Terminals ? $" (regex #\"^{Terminals}[0-9]+$\")" : $" (subpath {Quote(Resolved(path))})";
        if (rights.HasFlag(FileRights.Read))
            text.Append("(allow file-read*").Append(where).Append(")\n");
        if (rights.HasFlag(FileRights.Execute))
            text.Append("(allow file-map-executable").Append(where).Append(")\n");
        if ((rights & (FileRights.Write | FileRights.Device)) != 0)
            text.Append("(allow file-write*").Append(where).Append(")\n");
        if (rights.HasFlag(FileRights.Device))
            text.Append("(allow file-ioctl").Append(where).Append(")\n");
    }

    private static IEnumerable<string> Expand(string path, ChildExecutable executable) => path switch
    {
        PolicyPaths.Runtime => Runtime,
        PolicyPaths.Application => [Path.GetDirectoryName(executable.Arguments.Count > 0 ? executable.Arguments[0] : executable.Path)!],
        PolicyPaths.NetworkFacts => ["/private/etc/hosts", "/private/etc/resolv.conf", "/private/etc/ssl", "/Library/Keychains", "/System/Library/Keychains"],
        PolicyPaths.Temporary => [],
        PolicyPaths.Devices => ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", Terminals],
        _ => [path],
    };

    private static string Resolved(string path) => Links.Any(link => PolicyPaths.IsIn(path, link)) ? "/private" + path : path;

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
