using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>
/// inotify instances and watches, which the kernel limits for each user and each user namespace; and epoll watches, which it counts
/// for the user in all namespaces. Linux.
/// </summary>
internal static class Watches
{
    /// <summary>The most inotify instances for a world. A user has 128 by default; an editor with its language servers uses a dozen.</summary>
    internal const int MostInstances = 32;

    private const int CloseOnExec = 0x80000;
    private const int TooMany = 24;
    private const int NoSpace = 28;
    private const int WatchDeletion = 0x400;
    private const int AddToEpoll = 1;
    private const int LeastWatches = 1024;

    /// <summary>The most inotify watches for a world: half of the user's.</summary>
    internal static long Most { get; } = Math.Max(Setting("/proc/sys/fs/inotify/max_user_watches") / 2, LeastWatches);

    private static readonly long MostPolled = Math.Max(Setting("/proc/sys/fs/epoll/max_user_watches") / 4, LeastWatches);

    /// <summary>Whether this process's user can create another inotify instance, with a watch in it.</summary>
    internal static unsafe bool IsOneLeft()
    {
        var descriptor = (int)LibC.SystemCall(CallNumbers.MakeInotify, CloseOnExec, 0, 0, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() != TooMany;
        using var instance = new SafeDescriptor(descriptor);
        fixed (byte* root = "/\0"u8)
            return LibC.SystemCall(CallNumbers.AddInotifyWatch, descriptor, (nint)root, WatchDeletion, 0) >= 0 || Marshal.GetLastPInvokeError() != NoSpace;
    }

    /// <summary>Whether this process's user can watch one more descriptor with epoll.</summary>
    internal static unsafe bool CanPoll()
    {
        using var epoll = new SafeDescriptor((int)LibC.SystemCall(CallNumbers.MakeEpoll, CloseOnExec, 0, 0, 0));
        using var watched = new SafeDescriptor((int)LibC.SystemCall(CallNumbers.MakeEvent, 0, CloseOnExec, 0, 0));
        var nothing = stackalloc byte[16];
        new Span<byte>(nothing, 16).Clear();
        return epoll.IsInvalid || watched.IsInvalid || LibC.SystemCall(CallNumbers.EpollControl, epoll.Value, AddToEpoll, watched.Value, (nint)nothing) >= 0 || Marshal.GetLastPInvokeError() != NoSpace;
    }

    /// <summary>Whether these processes hold more inotify instances or watches than a world may.</summary>
    /// <param name="processes">Their pids.</param>
    internal static bool AreOver(IEnumerable<int> processes)
    {
        long instances = 0, watches = 0;
        foreach (var (process, descriptor) in Held(processes, "anon_inode:inotify"))
        {
            watches += Lines(process, descriptor, "inotify"u8, Most - watches + 1);
            if (++instances > MostInstances || watches > Most)
                return true;
        }
        return false;
    }

    /// <summary>Whether the epoll instances of these processes watch more than a quarter of their user's limit.</summary>
    /// <param name="processes">Their pids.</param>
    internal static bool PollTooMany(IEnumerable<int> processes)
    {
        long polled = 0;
        foreach (var (process, descriptor) in Held(processes, "anon_inode:[eventpoll]"))
        {
            polled += Lines(process, descriptor, "tfd:"u8, MostPolled - polled + 1);
            if (polled > MostPolled)
                return true;
        }
        return false;
    }

    private static IEnumerable<(int Process, string Descriptor)> Held(IEnumerable<int> processes, string kind)
    {
        foreach (var process in processes)
        {
            foreach (var descriptor in DescriptorsOf(process))
            {
                if (LinkOf(descriptor) == kind)
                    yield return (process, Path.GetFileName(descriptor));
            }
        }
    }

    // Empty if the process is gone, or this one may not inspect it.
    private static string[] DescriptorsOf(int process)
    {
        try
        {
            return Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? LinkOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Lines(int process, string descriptor, ReadOnlySpan<byte> beginning, long enough)
    {
        var found = 0L;
        try
        {
            using var reader = new StreamReader(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fdinfo/{descriptor}"), Encoding.ASCII);
            var start = Encoding.ASCII.GetString(beginning);
            while (found < enough && reader.ReadLine() is { } line)
            {
                if (line.StartsWith(start, StringComparison.Ordinal))
                    found++;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is gone, or the descriptor was closed.
        }
        return found;
    }

    private static long Setting(string path)
    {
        Span<byte> text = stackalloc byte[32];
        var length = SmallFile.TryRead(path, text);
        return length > 0 && long.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}
