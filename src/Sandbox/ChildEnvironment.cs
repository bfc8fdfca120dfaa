using System.Collections;
using System.Globalization;

namespace ActorBrowser.Sandbox;

/// <summary>A child's environment: an allow-list, so that secrets in the parent's environment stay there.</summary>
internal static class ChildEnvironment
{
    private static readonly string[] Allowed =
        ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT", "TEMP", "TMP"];

    private static readonly string[] AllowedPrefixes = ["LC_", "DOTNET_ROOT"];

    /// <summary>Settings for a fast start, without a diagnostics pipe and collector threads.</summary>
    private static readonly (string Name, string Value)[] Runtime =
    [
        ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_gcConcurrent", "0"),
        // 16 MiB: above that the collector returns memory and takes it again, page by page, around each collection.
        ("DOTNET_GCGen0MaxBudget", "1000000"),
        // A pool thread that spins for more work takes processor time from the process that would send the work.
        ("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0"),
        // The pool otherwise takes bursts of small work, such as answers that arrive together, as a reason for more threads than processors.
        ("DOTNET_HillClimbing_Disable", "1"),
        // The thread that is notified of socket data handles it: handing it to the pool adds a third to the time of a fetch.
        ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"),
        // Few threads each learn of many sockets at once; the default, one for each processor, wakes up for each answer.
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
