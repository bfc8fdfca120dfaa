using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>A resource limit of the kernel, by its Linux number.</summary>
internal enum ProcessLimit
{
    /// <summary>Processor time, in seconds; SIGXCPU at the limit.</summary>
    ProcessorTime = 0,

    /// <summary>The longest file, in bytes; SIGXFSZ at the limit.</summary>
    FileSize = 1,

    /// <summary>Private writable memory, in bytes.</summary>
    Data = 2,

    /// <summary>The largest core file, in bytes.</summary>
    CoreSize = 4,

    /// <summary>Processes of the user.</summary>
    Processes = 6,

    /// <summary>One above the highest descriptor.</summary>
    Descriptors = 7,

    /// <summary>Address space, in bytes.</summary>
    AddressSpace = 9,

    /// <summary>Signals of the user that are queued.</summary>
    PendingSignals = 11,

    /// <summary>Bytes in POSIX message queues of the user.</summary>
    MessageQueues = 12,

    /// <summary>Processor time of a real-time thread without a pause, in microseconds.</summary>
    RealTimeTime = 15,
}

/// <summary>Resource limits of this process and its descendants. Linux.</summary>
internal static unsafe class ProcessLimits
{
    /// <summary>No limit.</summary>
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>Sets one limit of a process.</summary>
    /// <param name="process">A pid; 0 for this process.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="soft">The limit in force.</param>
    /// <param name="hard">The most to which the process may raise it.</param>
    /// <returns>0, or the errno.</returns>
    public static int Set(int process, ProcessLimit limit, ulong soft, ulong hard)
    {
        var next = stackalloc ulong[2] { soft, hard };
        return LibC.ProcessLimit(process, (int)limit, next, null) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Reads one limit of this process.</summary>
    /// <param name="limit">The limit.</param>
    public static (ulong Soft, ulong Hard) Get(ProcessLimit limit)
    {
        var current = stackalloc ulong[2];
        return LibC.ProcessLimit(0, (int)limit, null, current) == 0 ? (current[0], current[1]) : throw SystemCallException.FromLastError("prlimit");
    }
}
