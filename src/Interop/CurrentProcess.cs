namespace ActorBrowser.Interop;

/// <summary>Reads and changes properties of this process; a child sets most of them before it sends Hello.</summary>
internal static unsafe class CurrentProcess
{
    private const int SetParentDeathSignal = 1;
    private const int GetParentDeathSignal = 2;
    private const int GetDumpable = 3;
    private const int SetDumpable = 4;
    private const int GetSeccomp = 21;
    private const int SetChildSubreaper = 36;
    private const int GetNoNewPrivileges = 39;
    private const int CloseRangeCall = 436;
    private const int CoreLimit = 4;
    private static readonly int GetCapabilities = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? 125 : 90;
    private const int KillSignal = 9;

    /// <summary>The effective user's id. Unix.</summary>
    public static uint UserId => OperatingSystem.IsWindows() ? 0 : LibC.GetEffectiveUserId();

    /// <summary>The parent's pid; 1 (or a subreaper's) once the parent has died.</summary>
    public static int ParentId => LibC.GetParentProcessId();

    /// <summary>Whether other processes of the same user can trace and read this process, and whether it can leave a core dump.</summary>
    public static bool IsDumpable => OperatingSystem.IsLinux() && LibC.ProcessControl(GetDumpable, 0, 0, 0, 0) != 0;

    /// <summary>Whether this process can create namespaces without a user namespace: whether it has CAP_SYS_ADMIN.</summary>
    public static bool IsPrivileged => OperatingSystem.IsLinux() && (Capabilities.Effective & (1UL << 21)) != 0;

    /// <summary>This thread's capabilities. Linux.</summary>
    public static (ulong Effective, ulong Permitted) Capabilities
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return (0, 0);
            var header = stackalloc uint[2] { 0x20080522, 0 };
            var data = stackalloc uint[6];
            return LibC.SystemCall(GetCapabilities, (nint)header, (nint)data, 0, 0) == 0
                ? (data[0] | ((ulong)data[3] << 32), data[1] | ((ulong)data[4] << 32)) : (0, 0);
        }
    }

    /// <summary>Whether executing a program can no longer gain privileges (no_new_privs).</summary>
    public static bool HasNoNewPrivileges => OperatingSystem.IsLinux() && LibC.ProcessControl(GetNoNewPrivileges, 0, 0, 0, 0) == 1;

    /// <summary>0 none, 1 strict, 2 filter.</summary>
    public static int SeccompMode => OperatingSystem.IsLinux() ? LibC.ProcessControl(GetSeccomp, 0, 0, 0, 0) : 0;

    /// <summary>The signal this process gets when its parent dies; 0 for none.</summary>
    public static int ParentDeathSignal
    {
        get
        {
            int signal = 0;
            if (OperatingSystem.IsLinux())
                _ = LibC.ProcessControl(GetParentDeathSignal, (nuint)(&signal), 0, 0, 0);
            return signal;
        }
    }

    /// <summary>Closes every descriptor from this number on.</summary>
    /// <param name="first">The first to close.</param>
    public static void CloseDescriptorsFrom(int first)
    {
        if (OperatingSystem.IsLinux())
            _ = LibC.SystemCall(CloseRangeCall, first, unchecked((nint)uint.MaxValue), 0, 0);
    }

    /// <summary>Forbids core dumps, and tracing by other processes of the same user.</summary>
    public static void ForbidDumps()
    {
        var none = stackalloc ulong[2] { 0, 0 };
        _ = LibC.SetResourceLimit(CoreLimit, none);
        if (OperatingSystem.IsLinux())
            _ = LibC.ProcessControl(SetDumpable, 0, 0, 0, 0);
    }

    /// <summary>Forbids tracing by other processes of the same user; descendants keep the user's core dump limit. Linux.</summary>
    public static void ForbidTracing()
    {
        if (OperatingSystem.IsLinux())
            _ = LibC.ProcessControl(SetDumpable, 0, 0, 0, 0);
    }

    /// <summary>
    /// Asks the kernel for SIGCONT when the parent dies, so that a process that has to clean up after its parent runs even if it was
    /// stopped. Linux.
    /// </summary>
    public static void ContinueWhenParentDies()
    {
        if (OperatingSystem.IsLinux())
            _ = LibC.ProcessControl(SetParentDeathSignal, 18, 0, 0, 0);
    }

    /// <summary>Makes this process the parent of every descendant that loses its parent. Linux.</summary>
    public static void AdoptOrphans()
    {
        if (LibC.ProcessControl(SetChildSubreaper, 1, 0, 0, 0) != 0)
            throw SystemCallException.FromLastError("prctl(PR_SET_CHILD_SUBREAPER)");
    }

    /// <summary>Asks the kernel to kill this process when the thread that spawned it ends.</summary>
    public static void DieWithParent()
    {
        if (OperatingSystem.IsLinux())
            _ = LibC.ProcessControl(SetParentDeathSignal, KillSignal, 0, 0, 0);
    }

    /// <summary>Sends SIGKILL to every process in this process's pid namespace except itself. Only for the first process of a namespace. Linux.</summary>
    /// <exception cref="InvalidOperationException">This process is not the first of its namespace.</exception>
    public static void KillAllOthers()
    {
        if (Environment.ProcessId != 1)
            throw new InvalidOperationException("Only the first process of a pid namespace may kill all others.");
        _ = LibC.Kill(-1, KillSignal);
    }

    /// <summary>Ends the process now, without finalizers or handlers, whatever its threads are doing.</summary>
    /// <param name="code">The exit code.</param>
    public static void ExitNow(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        LibC.ExitNow(code);
    }
}
