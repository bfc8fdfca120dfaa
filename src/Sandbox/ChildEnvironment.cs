using System.Collections;
using System.Globalization;

namespace ActorBrowser.Sandbox;

/// <summary>
/// A child's environment: an allow-list, never the parent's, so that a secret in the parent's environment stays there.
/// </summary>
internal static class ChildEnvironment
{
    private static readonly string[] Allowed =
        ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT", "TEMP", "TMP"];

    private static readonly string[] AllowedPrefixes = ["LC_", "DOTNET_ROOT"];

    /// <summary>What makes a child start fast and leaves no door open: no diagnostics pipe, no collector's threads.</summary>
    private static readonly (string Name, string Value)[] Runtime =
    [
        ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_gcConcurrent", "0"),
        // 16 MiB: above it the collector gives memory back and takes it anew, page by page, around each collection.
        ("DOTNET_GCGen0MaxBudget", "1000000"),
        // A pool thread that spins for more work takes the processor from the very process that would send it.
        ("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0"),
        // It takes bursts of small work, as answers that come together are, for a reason to have more threads than processors.
        ("DOTNET_HillClimbing_Disable", "1"),
        // What a socket brings is handled on the thread that heard of it: a hand-over to the pool costs a fetch a third.
        ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"),
        // Few threads that listen hear of many sockets at once; one for each processor, which is the default, wake for each answer.
        ("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", Math.Max(1, Environment.ProcessorCount / 4).ToString(CultureInfo.InvariantCulture)),
        ("DOTNET_NOLOGO", "1"),
    ];

    internal static List<string> Build(IReadOnlyDictionary<string, string> added)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (IsAllowed(name))
                variables[name] = (string?)entry.Value ?? "";
        }
        foreach (var (name, value) in Runtime)
            variables[name] = value;
        foreach (var (name, value) in added)
            variables[name] = value;
        var list = new List<string>(variables.Count);
        foreach (var (name, value) in variables)
            list.Add($"{name}={value}");
        return list;
    }

    private static bool IsAllowed(string name)
    {
        foreach (var allowed in Allowed)
        {
            if (name.Equals(allowed, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        foreach (var prefix in AllowedPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
