using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ActorBrowser.Sandbox;
using Akka.Event;

namespace ActorBrowser;

/// <summary>How much of a crashed child's memory is dumped.</summary>
internal enum CrashDump
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Modules, threads, stacks.</summary>
    Mini,

    /// <summary>Mini, and the managed heap.</summary>
    Heap,

    /// <summary>All of its memory.</summary>
    Full,
}

/// <summary>
/// Dumps children that abort or fault, with the runtime's createdump. The child may execute nothing, but its filter asks this process
/// about the abort and about the runtime's attempt to start createdump, and the child waits for the answer; meanwhile this process
/// runs createdump. createdump attaches to the child, which has made itself undumpable: that takes root or CAP_SYS_PTRACE.
/// </summary>
internal static class CrashDumper
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Whether a child's runtime is told to start createdump when it crashes; the child's filter then asks this process about that call.</summary>
    internal static bool RuntimeAsks(CrashSettings settings, LaunchPlan plan) => settings.WritesDumps && plan is { Reports: true, Learns: false, Policy.MayFork: false };

    /// <summary>Adds the variables that tell the runtime so: there is no other notice of a fault in native library code.</summary>
    /// <param name="environment">The child's environment.</param>
    /// <param name="settings">Whether dumps are wanted.</param>
    /// <param name="plan">The child's launch plan.</param>
    internal static IReadOnlyDictionary<string, string> AddTo(IReadOnlyDictionary<string, string> environment, CrashSettings settings, LaunchPlan plan) =>
        RuntimeAsks(settings, plan) ? new Dictionary<string, string>(environment, StringComparer.Ordinal) { ["DOTNET_DbgEnableMiniDump"] = "1" } : environment;

    /// <summary>Writes a dump, if configured. Never throws: a dump that fails is logged as a warning.</summary>
    /// <returns>The file's name in the folder of crash reports, or null.</returns>
    internal static async Task<string?> DumpAsync(int processId, string role, CrashSettings settings, ILoggingAdapter log)
    {
        if (!settings.WritesDumps)
            return null;
        var name = CrashFiles.NameOf(DateTimeOffset.UtcNow, processId, role) + ".dmp";
        var path = Path.Combine(settings.Folder, name);
        try
        {
            CrashFiles.MakeFolder(settings.Folder);
            var problem = await RunAsync(settings.Dump, path, processId).ConfigureAwait(false);
            if (problem is null)
            {
                CrashFiles.Prune(settings.Folder, "*.dmp", settings.Kept);
                return name;
            }
            File.Delete(path);
            log.Warning("The {0} child {1} crashes, and no dump of it was written: {2}", role, processId, problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            log.Warning("The {0} child {1} crashes, and no dump of it was written: {2}", role, processId, e.Message);
        }
        return null;
    }

    // A native program has no createdump; the one of an installed runtime dumps native processes as well.
    private static IEnumerable<string> Tools()
    {
        yield return Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "createdump");
        foreach (var root in new[] { Environment.GetEnvironmentVariable("DOTNET_ROOT"), "/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet" }.OfType<string>())
        {
            var runtimes = Path.Combine(root, "shared", "Microsoft.NETCore.App");
            foreach (var runtime in Directory.Exists(runtimes) ? Directory.GetDirectories(runtimes) : [])
                yield return Path.Combine(runtime, "createdump");
        }
    }

    private static async Task<string?> RunAsync(CrashDump dump, string path, int processId)
    {
        if (Tools().FirstOrDefault(File.Exists) is not { } tool)
            return "createdump was not found; install .NET's shared runtime, which includes it.";
        var kind = dump switch { CrashDump.Full => "--full", CrashDump.Heap => "--withheap", _ => "--normal" };
        using var process = Process.Start(new ProcessStartInfo(tool, [kind, "--name", path, processId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var said = process.StandardOutput.ReadToEndAsync(patience.Token);
            var complained = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            var last = $"{await said.ConfigureAwait(false)}\n{await complained.ConfigureAwait(false)}".Trim().Split('\n')[^1];
            return process.ExitCode == 0 ? null : $"createdump exited with code {process.ExitCode}: {last}";
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return $"createdump took longer than {Patience.TotalSeconds:0} s.";
        }
    }
}
