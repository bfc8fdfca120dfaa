using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Terminals.</summary>
internal static unsafe partial class LibC
{
    [LibraryImport(Library, EntryPoint = "posix_openpt", SetLastError = true)]
    internal static partial int OpenTerminalMaster(int flags);

    [LibraryImport(Library, EntryPoint = "grantpt", SetLastError = true)]
    internal static partial int GrantTerminal(int master);

    [LibraryImport(Library, EntryPoint = "unlockpt", SetLastError = true)]
    internal static partial int UnlockTerminal(int master);

    [LibraryImport(Library, EntryPoint = "ptsname_r", SetLastError = true)]
    internal static partial int TerminalName(int master, byte* buffer, nuint length);

    /// <remarks>ioctl is variadic: see <see cref="Fcntl(int, int, nint)"/>.</remarks>
    internal static int DeviceControl(int descriptor, nuint request, void* argument) => DeviceControl(descriptor, request, (nint)argument, 0, 0, 0, 0, 0, (nint)argument);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int DeviceControl(int descriptor, nuint request, nint third, nint pad4, nint pad5, nint pad6, nint pad7, nint pad8, nint ninth);

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    internal static partial int GetTerminalAttributes(int descriptor, void* attributes);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    internal static partial int SetTerminalAttributes(int descriptor, int when, void* attributes);

    [LibraryImport(Library, EntryPoint = "cfmakeraw")]
    internal static partial void MakeRaw(void* attributes);
}
