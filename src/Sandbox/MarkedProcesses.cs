using System.Buffers.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Finds, signals and ends the processes with a session tag. Linux.</summary>
internal static class MarkedProcesses
{
    private const int SigKill = 9;
    private const int SigStop = 19;

    /// <summary>The pids of all live processes with a matching tag; zombies do not count.</summary>
    /// <param name="matches">Called with each tag found.</param>
    public static List<int> Find(Func<SessionTag, bool> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        return [.. Others().Where(pid => TagOf(pid) is { } tag && matches(tag) && !ProcessState.IsOver(pid))];
    }

    // Without this process: a runner carries the tag of the command that it started last.
    private static IEnumerable<int> Others() => ProcessIds.All().Where(static pid => pid != Environment.ProcessId);

    /// <summary>For the first process of a pid namespace: kills all other processes in it, tagged or not, and waits until none is left.</summary>
    /// <param name="patience">The longest time to wait.</param>
    /// <param name="killed">The number of processes killed.</param>
    /// <returns>Whether none is left.</returns>
    public static bool KillAllOthers(TimeSpan patience, out int killed)
    {
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        var seen = new HashSet<int>();
        while (true)
        {
            var open = new List<ProcessDescriptor>();
            foreach (var pid in Others())
            {
                if (ProcessState.IsOver(pid) || ProcessDescriptor.TryOpen(pid) is not { } process)
                    continue;
                seen.Add(pid);
                open.Add(process);
            }
            killed = seen.Count;
            if (open.Count == 0)
                return true;
            try
            {
                CurrentProcess.KillAllOthers();
                var left = until - Environment.TickCount64;
                if (left <= 0)
                    return false;
                ProcessDescriptor.WaitForAny(open, TimeSpan.FromMilliseconds(left));
            }
            finally
            {
                open.ForEach(static process => process.Dispose());
            }
        }
    }

    /// <summary>Signals each of them, and no process that has reused one of their pids.</summary>
    /// <param name="matches">Called with each tag found.</param>
    /// <param name="signal">The signal's number.</param>
    public static int Signal(Func<SessionTag, bool> matches, int signal)
    {
        var open = Open(matches);
        foreach (var process in open)
        {
            process.TrySignal(signal);
            process.Dispose();
        }
        return open.Count;
    }

    /// <summary>
    /// Kills them until none is left: processes forked meanwhile are found in the next round. Between rounds it waits for exits, not
    /// for time.
    /// </summary>
    /// <param name="matches">Called with each tag found.</param>
    /// <param name="patience">The longest time to wait; a process in an uninterruptible system call dies later.</param>
    /// <param name="killed">The number of processes killed.</param>
    /// <returns>Whether none is left.</returns>
    public static bool KillAll(Func<SessionTag, bool> matches, TimeSpan patience, out int killed)
    {
        killed = 0;
        var seen = new HashSet<int>();
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            // Stops them first: stopped processes cannot fork, while a fork bomb killed one by one grows again.
            if (Signal(matches, SigStop) == 0)
                return true;
            var open = Open(matches, seen);
            try
            {
                killed = seen.Count;
                if (open.Count == 0)
                    return true;
                foreach (var process in open)
                    process.TrySignal(SigKill);
                var left = until - Environment.TickCount64;
                if (left <= 0)
                    return false;
                ProcessDescriptor.WaitForAny(open, TimeSpan.FromMilliseconds(left));
            }
            finally
            {
                foreach (var process in open)
                    process.Dispose();
            }
        }
    }

    private static List<ProcessDescriptor> Open(Func<SessionTag, bool> matches, HashSet<int>? seen = null)
    {
        var open = new List<ProcessDescriptor>();
        foreach (var pid in Find(matches))
        {
            if (ProcessDescriptor.TryOpen(pid) is not { } process)
                continue;
            // The pid may have been reused before the descriptor was opened; afterwards it cannot be.
            if (TagOf(pid) is { } tag && matches(tag) && !ProcessState.IsOver(pid))
            {
                seen?.Add(pid);
                open.Add(process);
            }
            else
            {
                process.Dispose();
            }
        }
        return open;
    }

    /// <summary>The number of the session that a process or thread belongs to; 0 for none.</summary>
    /// <param name="pid">A pid or a thread id.</param>
    public static ulong SessionOf(int pid) => pid > 0 && TagOf(pid) is { } tag ? tag.Session : 0;

    private static SessionTag? TagOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var length = SmallFile.TryRead($"/proc/{pid}/limits", buffer);
        if (length < 0)
            return null;
        var text = buffer[..length];
        var at = text.IndexOf("Max realtime timeout"u8);
        if (at < 0)
            return null;
        var field = text[(at + 20)..].TrimStart((byte)' ');
        return Utf8Parser.TryParse(field, out ulong soft, out _) ? SessionTag.FromLimit(soft) : null;
    }
}
