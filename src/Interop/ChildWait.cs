using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The resources used by a process and by the descendants it has waited for.</summary>
/// <param name="UserTime">Processor time in the program.</param>
/// <param name="SystemTime">Processor time in the kernel.</param>
/// <param name="PeakMemory">The largest resident set, in bytes.</param>
internal readonly record struct ProcessUsage(TimeSpan UserTime, TimeSpan SystemTime, long PeakMemory);

/// <summary>Reaps children with their resource usage, which the C library's waitid does not return. Linux.</summary>
internal static unsafe class ChildWait
{
    internal const int All = 0;
    internal const int ForDescriptor = 3;
    private const int NoHang = 0x1;
    private const int Exited = 0x4;
    private const int CodeExited = 1;
    private const int CodeDumped = 3;

    /// <summary>Reaps a child that has exited.</summary>
    /// <param name="kind">Which children: <see cref="All"/>, or <see cref="ForDescriptor"/>.</param>
    /// <param name="id">The process descriptor.</param>
    /// <param name="processId">The child's pid.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="exists">Whether such a child exists.</param>
    /// <returns>False if no such child has exited.</returns>
    internal static bool TryReap(int kind, int id, out int processId, out ProcessEnd end, out ProcessUsage usage, out bool exists)
    {
        // struct rusage: two timevals and fourteen longs.
        var used = stackalloc long[18];
        var information = stackalloc int[32];
        new Span<int>(information, 32).Clear();
        new Span<long>(used, 18).Clear();
        processId = 0;
        exists = true;
        end = default;
        usage = default;
        var call = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 95 : 247;
        while (LibC.WaitIdWithUsage(call, kind, id, information, NoHang | Exited, used) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.NoChild)
            {
                exists = false;
                return false;
            }
            if (errno != Errno.Interrupted)
                throw new SystemCallException("waitid", errno);
        }
        if (information[4] == 0)
            return false;
        processId = information[4];
        end = information[2] == CodeExited
            ? new ProcessEnd(information[6] & 0xff, null, false)
            : new ProcessEnd(null, information[6], information[2] == CodeDumped);
        usage = new ProcessUsage(
            TimeSpan.FromSeconds(used[0]) + TimeSpan.FromMicroseconds(used[1]),
            TimeSpan.FromSeconds(used[2]) + TimeSpan.FromMicroseconds(used[3]),
            used[4] * 1024);
        return true;
    }
}
