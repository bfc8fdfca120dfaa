using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Soak;

/// <summary>Lists this process's children, and signals a random one.</summary>
internal static partial class ChildKiller
{
    private const int Kill = 9;
    private const int Stop = 19;

    /// <summary>The pids of all direct children of this process.</summary>
    internal static IReadOnlyList<int> Children()
    {
        var pids = new List<int>();
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                foreach (var pid in File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    pids.Add(int.Parse(pid, CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // The thread ended after it was listed.
            }
        }
        return pids;
    }

    /// <summary>Kills one child, or stops it (which its heartbeat must notice).</summary>
    internal static void Strike(Random random, Tally tally)
    {
        var children = Children();
        if (children.Count == 0)
            return;
        var stop = random.Next(6) == 0;
        if (Signal(children[random.Next(children.Count)], stop ? Stop : Kill) == 0)
            tally.Count(stop ? "stops" : "kills");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
