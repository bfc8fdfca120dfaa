using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>inotify instances: the kernel gives each user some hundred, and each user namespace what it was told to. Linux.</summary>
internal static class Watches
{
    /// <summary>What a world may hold while its user has none left; as many as its own user namespace gives it, where it has one.</summary>
    internal const int Share = 32;

    private const int CloseOnExec = 0x80000;
    private const int TooMany = 24;

    private static readonly int Initialize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 294 : 26;

    /// <summary>Whether this process's user can have another one.</summary>
    internal static bool IsOneLeft()
    {
        var descriptor = (int)LibC.SystemCall(Initialize, CloseOnExec, 0, 0, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() != TooMany;
        new SafeDescriptor(descriptor).Dispose();
        return true;
    }

    /// <summary>How many a process holds; 0 where this one may not look.</summary>
    /// <param name="process">A pid.</param>
    internal static int Of(int process)
    {
        try
        {
            var found = 0;
            foreach (var descriptor in Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")))
            {
                if (new FileInfo(descriptor).LinkTarget == "anon_inode:inotify")
                    found++;
            }
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
