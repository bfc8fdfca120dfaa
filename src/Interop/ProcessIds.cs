using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>The processes that /proc lists: those of this process's pid namespace. Linux.</summary>
internal static class ProcessIds
{
    /// <summary>The pid of each, this process included. A process may exit before its pid is used.</summary>
    public static IEnumerable<int> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                yield return pid;
        }
    }
}
