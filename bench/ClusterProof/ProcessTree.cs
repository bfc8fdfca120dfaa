using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.ClusterProof;

/// <summary>The processes of this machine that descend from this one. As it adopts orphans, none that a node has started escapes.</summary>
internal static partial class ProcessTree
{
    private const int SetChildSubreaper = 36;

    internal static void AdoptOrphans()
    {
        if (Control(SetChildSubreaper, 1, 0, 0, 0) != 0)
            throw new InvalidOperationException($"prctl(PR_SET_CHILD_SUBREAPER) failed with {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>All processes, dead ones excepted, below a process.</summary>
    internal static IReadOnlyList<ProcessId> Below(int ancestor)
    {
        var children = All().Where(static one => one.State is not ('Z' or 'X')).ToLookup(static one => one.Parent);
        var found = new List<ProcessId>();
        var next = new Queue<int>([ancestor]);
        while (next.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child.Id);
                next.Enqueue(child.Id.Pid);
            }
        }
        return found;
    }

    internal static bool IsRunning(ProcessId process) => Read(process.Pid) is { State: not ('Z' or 'X') } found && found.Id == process;

    /// <summary>The process with this argument that is furthest from this one.</summary>
    internal static int? WithArgument(string argument)
    {
        foreach (var process in Below(Environment.ProcessId).Reverse())
        {
            try
            {
                if (File.ReadAllText($"/proc/{process.Pid}/cmdline").Split('\0').Contains(argument))
                    return process.Pid;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended since it was listed.
            }
        }
        return null;
    }

    internal static int ParentOf(int pid) => Read(pid)?.Parent ?? 0;

    internal static string Describe(ProcessId process)
    {
        try
        {
            return $"{process.Pid} ({File.ReadAllText($"/proc/{process.Pid}/cmdline").Replace('\0', ' ').Trim()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{process.Pid} (gone)";
        }
    }

    private static IEnumerable<Entry> All() => Directory.EnumerateDirectories("/proc")
        .Select(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null).OfType<Entry>();

    private static Entry? Read(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(new ProcessId(pid, fields[19]), int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint one, nuint two, nuint three, nuint four);

    private sealed record Entry(ProcessId Id, int Parent, char State);
}

/// <summary>A process, whatever becomes of its number.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartedAt">When it was started, in the kernel's ticks.</param>
internal readonly record struct ProcessId(int Pid, string StartedAt);
