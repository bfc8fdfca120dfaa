using System.Runtime.InteropServices;

namespace ActorBrowser.WindowsTests;

/// <summary>The handles of this process.</summary>
internal static unsafe partial class Handles
{
    // More than these specs ever have at a time.
    private const int Most = 1 << 14;

    /// <summary>How many are open, without those of threads that have ended. Each is asked for: the count that Wine 8 tells is that of its table's places.</summary>
    internal static int Open()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var open = 0;
        for (nint handle = 4; handle < 4 * Most; handle += 4)
        {
            if (IsOpen(handle))
                open++;
        }
        return open;
    }

    /// <summary>Whether a number is that of an open handle.</summary>
    internal static bool IsOpen(nint handle)
    {
        uint flags;
        return GetHandleInformation(handle, &flags) != 0;
    }

    [LibraryImport("kernel32")]
    private static partial int GetHandleInformation(nint handle, uint* flags);
}
