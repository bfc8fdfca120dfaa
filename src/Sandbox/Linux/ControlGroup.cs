using System.Buffers.Text;
using System.Globalization;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// One child's control groups. A dedicated thread creates, joins and removes them while the child starts: joining one takes the
/// kernel longer than all other confinement together. The child gets no work before it has joined.
/// </summary>
internal sealed class ControlGroup(IReadOnlyList<(string Folder, string File, long Value)> settings) : IDisposable
{
    /// <summary>The file with the limit of processes and threads in a group.</summary>
    internal const string ProcessLimit = "pids.max";

    private const int NoSuchProcess = 3;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    // Kept open, because each heartbeat reads it: opening it would take the kernel longer than reading it.
    private SafeDescriptor? _refusals;

    /// <summary>Creates the groups and moves a process into them; a process that is gone already is no error.</summary>
    /// <exception cref="IOException">The task fails: the process is not limited.</exception>
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
        if (settings.FirstOrDefault(static setting => setting.File == ProcessLimit).Folder is { } counting)
            _refusals = SmallFile.Open(Path.Combine(counting, "pids.events"));
        return true;
    });

    internal bool CountsMemory => settings.Any(static setting => setting.File.StartsWith("memory.", StringComparison.Ordinal));

    internal bool CountsProcesses => settings.Any(static setting => setting.File == ProcessLimit);

    /// <summary>The limit that was hit, from the kernel's counters; null for none.</summary>
    internal string? LimitHit()
    {
        foreach (var (folder, _, _) in settings)
        {
            if (Counted(folder, "memory.oom_control", "oom_kill "u8) || Counted(folder, "memory.events", "oom_kill "u8))
                return "memory";
        }
        return HasRefusedProcesses() ? "processes" : null;
    }

    /// <summary>Whether a process or thread was refused because the limit was reached.</summary>
    internal bool HasRefusedProcesses()
    {
        Span<byte> buffer = stackalloc byte[512];
        return _refusals is { } refusals && Counted(buffer[..SmallFile.ReadAgain(refusals, buffer)], "max "u8);
    }

    /// <summary>The groups exist as long as their last process; call this when the child is gone.</summary>
    public void Dispose() => WorkThread.ControlGroups.RunAsync(() =>
    {
        _refusals?.Dispose();
        foreach (var folder in _folders)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // A process in it is still exiting: the next browser to start on this machine removes the group.
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
            // It ended before it could join.
        }
    }

    private static bool Counted(string folder, string file, ReadOnlySpan<byte> counter)
    {
        Span<byte> buffer = stackalloc byte[512];
        var length = SmallFile.TryRead(Path.Combine(folder, file), buffer);
        return length > 0 && Counted(buffer[..length], counter);
    }

    private static bool Counted(ReadOnlySpan<byte> text, ReadOnlySpan<byte> counter)
    {
        foreach (var line in text.Split((byte)'\n'))
        {
            if (text[line].StartsWith(counter))
                return Utf8Parser.TryParse(text[line][counter.Length..], out long count, out _) && count > 0;
        }
        return false;
    }
}
