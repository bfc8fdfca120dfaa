using System.Globalization;

namespace ActorBrowser.Sandbox;

/// <summary>
/// One child's control groups. They are made, joined and removed on a thread of their own, while the child starts: to
/// join one takes the kernel longer than all other confinement together. The child gets no work before it has joined.
/// </summary>
internal sealed class ControlGroup(IReadOnlyList<(string Folder, string File, long Value)> settings) : IDisposable
{
    private const int NoSuchProcess = 3;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>Makes the groups and puts a process into them; one that is gone already is no error.</summary>
    /// <exception cref="IOException">From the task: it is not limited.</exception>
    internal Task AddAsync(int processId) => WorkThread.ControlGroups.RunAsync(() =>
    {
        foreach (var (folder, file, value) in settings)
        {
            if (_folders.Add(folder))
                Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, file), value.ToString(CultureInfo.InvariantCulture));
        }
        foreach (var folder in _folders)
            Join(folder, processId);
        return true;
    });

    /// <summary>Which limit was hit, as the kernel has counted; null for none.</summary>
    internal string? LimitHit()
    {
        foreach (var (folder, _, _) in settings)
        {
            if (Counted(folder, "memory.oom_control", "oom_kill ") || Counted(folder, "memory.events", "oom_kill "))
                return "memory";
            if (Counted(folder, "pids.events", "max "))
                return "processes";
        }
        return null;
    }

    /// <summary>The groups live as long as their last process; call it when the child is gone.</summary>
    public void Dispose() => WorkThread.ControlGroups.RunAsync(() =>
    {
        foreach (var folder in _folders)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // A process is still dying in it: the next browser to start on this machine removes the group.
            }
        }
        return true;
    });

    private static void Join(string folder, int processId)
    {
        try
        {
            File.WriteAllText(Path.Combine(folder, "cgroup.procs"), processId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException e) when ((e.HResult & 0xffff) == NoSuchProcess)
        {
            // It has ended before it could join.
        }
    }

    private static bool Counted(string folder, string file, string counter)
    {
        try
        {
            return File.ReadLines(Path.Combine(folder, file)).Any(line =>
                line.StartsWith(counter, StringComparison.Ordinal) && long.TryParse(line.AsSpan(counter.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
