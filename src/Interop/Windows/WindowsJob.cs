using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The limits of a job; 0 for no limit.</summary>
/// <param name="ProcessMemory">The committed memory of each process, in bytes.</param>
/// <param name="JobMemory">The committed memory of all its processes together, in bytes.</param>
/// <param name="Processes">The most processes at a time.</param>
/// <param name="ProcessTime">The processor time in user mode of each process, in seconds.</param>
internal readonly record struct WindowsJobLimits(long ProcessMemory, long JobMemory, int Processes, long ProcessTime)
{
    /// <summary>The longest time that the system can count, in seconds.</summary>
    internal const long LongestTime = long.MaxValue / WindowsJob.TicksPerSecond;

    /// <summary>Which of these limits a job has not.</summary>
    /// <param name="has">The limits of the job; null if the system does not tell.</param>
    /// <returns>Null, or which limits are others, as a phrase.</returns>
    internal string? MissingIn(WindowsJobLimits? has)
    {
        if (has is not { } actual)
            return this == default ? null : "the limits of its job are unknown";
        // The system rounds memory down to whole pages.
        return Wrong("bytes for each process", ProcessMemory, actual.ProcessMemory, 4096)
            ?? Wrong("bytes for all processes", JobMemory, actual.JobMemory, 4096)
            ?? Wrong("processes", Processes, actual.Processes, 1)
            ?? Wrong("seconds for each process", Math.Min(ProcessTime, LongestTime), actual.ProcessTime, 1);

        static string? Wrong(string unit, long asked, long actual, long grain) => asked == 0 || (actual > 0 && actual <= asked && asked - actual < grain) ? null
            : actual == 0 ? $"its job has no limit of {asked} {unit}" : $"its job has a limit of {actual} {unit} instead of {asked}";
    }
}

/// <summary>What the processes of a job have used.</summary>
/// <param name="UserTime">Processor time in user mode, of all processes that ever were in it.</param>
/// <param name="KernelTime">The same in the kernel.</param>
/// <param name="Active">The processes that run now.</param>
/// <param name="PeakMemory">The most memory that one of its processes committed, in bytes.</param>
internal readonly record struct WindowsJobUsage(TimeSpan UserTime, TimeSpan KernelTime, int Active, long PeakMemory);

/// <summary>
/// A job object: the processes that its processes start belong to it, and all of them end with its last handle. No process inherits that
/// handle, but one that may open this process can copy it. Jobs nest. A process that means to can leave it: one that it starts with another process
/// of its user as the parent (PROC_THREAD_ATTRIBUTE_PARENT_PROCESS), or has started by WMI or the Task Scheduler, is in that one's job or in none, and
/// goes on. Only a token that may open no such process keeps it from that. Run under Wine 8, which enforces no limit but ends the processes.
/// </summary>
internal sealed unsafe partial class WindowsJob : SafeHandle
{
    private const string Kernel = "kernel32";
    private const uint LimitProcessTime = 0x2;
    private const uint LimitActiveProcesses = 0x8;
    private const uint LimitProcessMemory = 0x100;
    private const uint LimitJobMemory = 0x200;
    private const uint DieOnUnhandledException = 0x400;
    private const uint KillOnJobClose = 0x2000;
    internal const long TicksPerSecond = 10_000_000;
    private const int BasicAccounting = 1;
    private const int BasicUserInterface = 4;
    private const int ExtendedLimits = 9;
    private const int ProcessList = 3;
    private const int MostListed = 64;

    // No reading or writing of the clipboard, no handles of other processes' windows, no change of display or system settings, no
    // global atoms, no other desktop, no log-off.
    private const uint AllUserInterface = 0xff;


    private WindowsJob()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle is 0 or -1;

    /// <summary>Its watch; null if it is not watched.</summary>
    internal WindowsJobWatch? Watch { get; private set; }

    /// <summary>Completes when its last process has ended, if it is watched.</summary>
    /// <exception cref="InvalidOperationException">It is not watched.</exception>
    internal Task Emptied => (Watch ?? throw new InvalidOperationException("This job is not watched.")).Emptied;

    /// <summary>Creates a job that ends its processes when it is disposed.</summary>
    /// <param name="limits">Its limits.</param>
    /// <param name="hasUserInterface">Whether its processes may use the clipboard, other windows and the desktop.</param>
    /// <param name="isWatched">Whether <see cref="Emptied"/> tells of its last process's end; costs a thread until the job is disposed.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static WindowsJob Create(in WindowsJobLimits limits, bool hasUserInterface, bool isWatched = false)
    {
        var job = new WindowsJob();
        job.SetHandle(CreateJobObject(null, null));
        try
        {
            Check(job.IsInvalid ? 0 : 1);
            var information = default(ExtendedLimitInformation);
            information.LimitFlags = KillOnJobClose | DieOnUnhandledException;
            Set(ref information, limits);
            Check(SetJobInformation(job.handle, ExtendedLimits, &information, (uint)sizeof(ExtendedLimitInformation)));
            var restricted = AllUserInterface;
            if (!hasUserInterface)
                Check(SetJobInformation(job.handle, BasicUserInterface, &restricted, sizeof(uint)));
            if (isWatched)
                job.Watch = WindowsJobWatch.Begin(job.handle);
            return job;
        }
        catch
        {
            job.Dispose();
            throw;
        }
    }

    /// <summary>Adds a process, and with it all that it will start.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal void Add(nint process) => Check(AssignToJob(handle, process));

    /// <summary>Ends every process in it.</summary>
    /// <param name="code">Their exit code.</param>
    internal void Terminate(uint code)
    {
        if (!IsClosed)
            _ = TerminateJob(handle, code);
    }

    /// <summary>What its processes have used.</summary>
    internal WindowsJobUsage Usage()
    {
        var accounting = default(AccountingInformation);
        var limits = default(ExtendedLimitInformation);
        _ = QueryJobInformation(handle, BasicAccounting, &accounting, (uint)sizeof(AccountingInformation), null);
        _ = QueryJobInformation(handle, ExtendedLimits, &limits, (uint)sizeof(ExtendedLimitInformation), null);
        return new WindowsJobUsage(TimeSpan.FromTicks(accounting.UserTime), TimeSpan.FromTicks(accounting.KernelTime), (int)accounting.Active, (long)limits.PeakProcessMemory);
    }

    /// <summary>The pids of processes that run in it, up to <see cref="MostListed"/>; none if the system does not tell.</summary>
    internal IReadOnlyList<int> Processes()
    {
        var list = stackalloc nint[1 + MostListed];
        // Two counts of 32 bits come first: how many there are, and how many are in the list. It fails if there are more than fit.
        _ = QueryJobInformation(handle, ProcessList, list, (uint)((1 + MostListed) * sizeof(nint)), null);
        var ids = new int[Math.Min(((uint*)list)[1], MostListed)];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = (int)list[1 + i];
        return ids;
    }

    /// <summary>Whether its processes are kept from the clipboard, other windows and the desktop, as the system tells.</summary>
    internal bool KeepsFromUserInterface() => KeepsFromUserInterface(handle);

    /// <summary>Whether the innermost job of this process keeps it from them.</summary>
    internal static bool KeepsThisProcessFromUserInterface() => KeepsFromUserInterface(0);

    /// <summary>Its limits, as the system tells; null if it does not.</summary>
    internal WindowsJobLimits? Limits() => LimitsOf(handle);

    /// <summary>The limits of this process's innermost job, as the system tells; null if it does not.</summary>
    internal static WindowsJobLimits? LimitsOfThisProcess() => LimitsOf(0);

    /// <summary>Whether a process is in this job.</summary>
    internal bool Contains(nint process)
    {
        int found;
        return IsInJob(process, handle, &found) != 0 && found != 0;
    }

    /// <summary>Whether this process is in any job.</summary>
    internal static bool HoldsThisProcess()
    {
        int found;
        return IsInJob(-1, 0, &found) != 0 && found != 0;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Watch?.End();
        return CloseHandle(handle) != 0;
    }

    private static void Set(ref ExtendedLimitInformation information, in WindowsJobLimits limits)
    {
        if (limits.ProcessMemory > 0)
        {
            information.LimitFlags |= LimitProcessMemory;
            information.ProcessMemory = (nuint)limits.ProcessMemory;
        }
        if (limits.JobMemory > 0)
        {
            information.LimitFlags |= LimitJobMemory;
            information.JobMemory = (nuint)limits.JobMemory;
        }
        if (limits.Processes > 0)
        {
            information.LimitFlags |= LimitActiveProcesses;
            information.ActiveProcesses = (uint)limits.Processes;
        }
        if (limits.ProcessTime > 0)
        {
            information.LimitFlags |= LimitProcessTime;
            information.ProcessTime = Math.Min(limits.ProcessTime, WindowsJobLimits.LongestTime) * TicksPerSecond;
        }
    }

    private static bool KeepsFromUserInterface(nint job)
    {
        uint restricted = 0;
        return QueryJobInformation(job, BasicUserInterface, &restricted, sizeof(uint), null) != 0 && restricted == AllUserInterface;
    }

    private static WindowsJobLimits? LimitsOf(nint job)
    {
        var limits = default(ExtendedLimitInformation);
        return QueryJobInformation(job, ExtendedLimits, &limits, (uint)sizeof(ExtendedLimitInformation), null) == 0 ? null : new WindowsJobLimits(
            (limits.LimitFlags & LimitProcessMemory) != 0 ? (long)limits.ProcessMemory : 0,
            (limits.LimitFlags & LimitJobMemory) != 0 ? (long)limits.JobMemory : 0,
            (limits.LimitFlags & LimitActiveProcesses) != 0 ? (int)limits.ActiveProcesses : 0,
            (limits.LimitFlags & LimitProcessTime) != 0 ? limits.ProcessTime / TicksPerSecond : 0);
    }

    private static void Check(int succeeded)
    {
        if (succeeded == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimitInformation
    {
        internal long ProcessTime, JobTime;
        internal uint LimitFlags;
        internal nuint MinimumWorkingSet, MaximumWorkingSet;
        internal uint ActiveProcesses;
        internal nuint Affinity;
        internal uint Priority, Scheduling;
        internal ulong ReadOperations, WriteOperations, OtherOperations, ReadBytes, WriteBytes, OtherBytes;
        internal nuint ProcessMemory, JobMemory, PeakProcessMemory, PeakJobMemory;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AccountingInformation
    {
        internal long UserTime, KernelTime, PeriodUserTime, PeriodKernelTime;
        internal uint PageFaults, Total, Active, Terminated;
    }

    [LibraryImport(Kernel, EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial nint CreateJobObject(void* security, char* name);

    [LibraryImport(Kernel, EntryPoint = "SetInformationJobObject", SetLastError = true)]
    private static partial int SetJobInformation(nint job, int kind, void* information, uint length);

    [LibraryImport(Kernel, EntryPoint = "QueryInformationJobObject", SetLastError = true)]
    private static partial int QueryJobInformation(nint job, int kind, void* information, uint length, uint* returned);

    [LibraryImport(Kernel, EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    private static partial int AssignToJob(nint job, nint process);

    [LibraryImport(Kernel, EntryPoint = "TerminateJobObject", SetLastError = true)]
    private static partial int TerminateJob(nint job, uint code);

    [LibraryImport(Kernel, EntryPoint = "IsProcessInJob", SetLastError = true)]
    private static partial int IsInJob(nint process, nint job, int* result);

    [LibraryImport(Kernel, EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int CloseHandle(nint handle);
}
