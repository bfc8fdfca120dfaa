using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>What one process may do to another of its user on Windows, by its pid.</summary>
internal static partial class WindowsOrders
{
    private const uint MayTerminate = 0x1;
    private const uint MaySuspend = 0x800;

    /// <summary>Ends a process.</summary>
    /// <param name="process">Its pid.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void Kill(int process) => Do(process, MayTerminate, static handle => Terminate(handle, WindowsStatus.Killed) != 0);

    /// <summary>Stops every thread of a process.</summary>
    /// <param name="process">Its pid.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void Suspend(int process) => Do(process, MaySuspend, static handle => SuspendAll(handle) >= 0);

    private static void Do(int process, uint access, Func<nint, bool> order)
    {
        var handle = Open(access, 0, (uint)process);
        if (handle == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        var done = order(handle);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (!done)
            throw new Win32Exception(error);
    }

    [LibraryImport("kernel32", EntryPoint = "OpenProcess", SetLastError = true)]
    private static partial nint Open(uint access, int inherit, uint process);

    [LibraryImport("kernel32", EntryPoint = "TerminateProcess", SetLastError = true)]
    private static partial int Terminate(nint process, uint code);

    [LibraryImport("ntdll", EntryPoint = "NtSuspendProcess")]
    private static partial int SuspendAll(nint process);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int Close(nint handle);
}
