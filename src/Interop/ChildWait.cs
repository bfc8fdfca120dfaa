using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>What a process, and the descendants it has waited for, has used.</summary>
/// <param name="UserTime">Processor time in the program.</param>
/// <param name="SystemTime">Processor time in the kernel.</param>
/// <param name="PeakMemory">The largest resident set, in bytes.</param>
public readonly record struct ProcessUsage(TimeSpan UserTime, TimeSpan SystemTime, long PeakMemory);

/// <summary>
/// Waits for every child of this process, adopted ones included. Only for a process whose children are all its own:
/// anywhere else it would take somebody else's exits. Linux.
/// </summary>
public static unsafe class ChildWait
{
    private const int All = 0;
    private const int ForPid = 1;
    private const int NoHang = 0x1;
    private const int Exited = 0x4;
    private const int NoWait = 0x1000000;
    private const int CodeExited = 1;
    private const int CodeDumped = 3;

    /// <summary>Blocks until a child has exited, and leaves its exit where it is.</summary>
    /// <returns>Its pid; 0 when there are no children.</returns>
    public static int ForAny()
    {
        var information = stackalloc int[32];
        while (LibC.WaitId(All, 0, information, Exited | NoWait) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.NoChild)
                return 0;
            if (errno != Errno.Interrupted)
                throw new SystemCallException("waitid", errno);
        }
        return information[4];
    }

    /// <summary>Takes the exit of a child that has exited.</summary>
    /// <param name="processId">Its pid.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="usage">What it used.</param>
    /// <returns>False when there was none to take.</returns>
    public static bool TryReap(int processId, out ProcessEnd end, out ProcessUsage usage) => TryReap(ForPid, processId, out end, out usage);

    internal static bool TryReap(int kind, int id, out ProcessEnd end, out ProcessUsage usage)
    {
        // struct rusage: two timevals and fourteen longs. The C library's waitid does not pass it on, the kernel's does.
        var used = stackalloc long[18];
        var information = stackalloc int[32];
        new Span<int>(information, 32).Clear();
        new Span<long>(used, 18).Clear();
        end = default;
        usage = default;
        var call = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 95 : 247;
        while (LibC.WaitIdWithUsage(call, kind, id, information, NoHang | Exited, used) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.NoChild)
                return false;
            if (errno != Errno.Interrupted)
                throw new SystemCallException("waitid", errno);
        }
        if (information[4] == 0)
            return false;
        end = information[2] == CodeExited
            ? new ProcessEnd(information[6] & 0xff, null, false)
            : new ProcessEnd(null, information[6], information[2] == CodeDumped);
        usage = new ProcessUsage(
            TimeSpan.FromSeconds(used[0]) + TimeSpan.FromMicroseconds(used[1]),
            TimeSpan.FromSeconds(used[2]) + TimeSpan.FromMicroseconds(used[3]),
            used[4] * 1024);
        return true;
    }

    /// <summary>Sends a signal to a process group whose leader has not been reaped.</summary>
    /// <param name="leader">The leader's pid.</param>
    /// <param name="signal">The signal's number.</param>
    public static void SignalGroup(int leader, int signal) => _ = LibC.Kill(-leader, signal);
}
