using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Akka.Event;

namespace ActorBrowser;

/// <summary>How much of a child that aborts is written down.</summary>
public enum CrashDump
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Modules, threads, stacks.</summary>
    Mini,

    /// <summary>And the managed heap.</summary>
    Heap,

    /// <summary>All of its memory.</summary>
    Full,
}

/// <summary>
/// Dumps of children that abort, by the runtime's own createdump. The child may execute nothing; but its filter asks about the
/// abort, and waits for the answer: that is the moment in which this process has it written down. createdump attaches to
/// the child, which makes itself undumpable: it takes root, or CAP_SYS_PTRACE.
/// </summary>
internal static class CrashDumper
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Writes one, if that is configured. Never fails: a dump that could not be had is a warning.</summary>
    /// <returns>The file's name in the folder of crash reports, or null.</returns>
    internal static async Task<string?> DumpAsync(int processId, string role, CrashSettings settings, ILoggingAdapter log)
    {
        if (settings.Dump == CrashDump.Off || settings.Folder.Length == 0)
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
            log.Warning("The {0} child {1} aborts, and no dump of it was written: {2}", role, processId, problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            log.Warning("The {0} child {1} aborts, and no dump of it was written: {2}", role, processId, e.Message);
        }
        return null;
    }

    private static async Task<string?> RunAsync(CrashDump dump, string path, int processId)
    {
        var tool = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "createdump");
        if (!File.Exists(tool))
            return "The runtime comes without createdump.";
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
