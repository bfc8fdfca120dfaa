using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// What Windows enforces on a process, asked of the system, and probes that apply a layer to a process made for that. Wine 8 has none
/// of these layers: there, the probes say so.
/// </summary>
internal static unsafe partial class WindowsLayers
{
    // Each is "always on": no DEP or ATL thunks, bottom-up and high-entropy addresses, strict handle checks, no extension points, no
    // remote images, no images of low integrity.
    private const ulong Everyone = 0x1UL | (1UL << 16) | (1UL << 20) | (1UL << 24) | (1UL << 32) | (1UL << 52) | (1UL << 56);

    // No dynamic code: only for a native program, which has no JIT compiler.
    private const ulong NoNewCode = 1UL << 36;
    /// <summary>No system calls of the window manager (win32k).</summary>
    internal const ulong NoWin32k = 1UL << 28;

    private const int StrictHandles = 3;
    private const int SystemCalls = 4;
    private const int DynamicCode = 2;
    private const int ImageLoad = 10;
    private const uint QueryToken = 8;
    private const int IsContainer = 29;
    private const uint CommitAndReserve = 0x3000;
    private const uint ReadWrite = 4;
    private const uint Decommit = 0x8000;
    private const long ProbeLimit = 32 << 20;

    /// <summary>The mitigations that a child gets.</summary>
    /// <param name="isNative">Whether it is a native program.</param>
    internal static ulong MitigationsOf(bool isNative) => isNative ? Everyone | NoNewCode : Everyone;

    /// <summary>Whether this process runs in an AppContainer.</summary>
    internal static bool IsInContainer()
    {
        nint token;
        if (OpenToken(-1, QueryToken, &token) == 0)
            return false;
        uint inside = 0, length;
        var asked = QueryTokenInformation(token, IsContainer, &inside, sizeof(uint), &length);
        _ = CloseHandle(token);
        return asked != 0 && inside != 0;
    }

    /// <summary>Whether a process has strict handle checks and loads no remote images.</summary>
    /// <param name="process">Its handle; −1 for this process.</param>
    internal static bool HasMitigations(nint process) => Flags(process, StrictHandles) == 3 && (Flags(process, ImageLoad) & 3) == 3;

    /// <summary>Whether this process may make no memory executable.</summary>
    internal static bool ForbidsNewCode() => (Flags(-1, DynamicCode) & 1) == 1;

    /// <summary>Tries whether a job's memory limit holds for a process.</summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryMemoryLimit(string program) => Try(program, 0, new WindowsJobLimits(ProbeLimit, 0, 0, 0), static process =>
    {
        var memory = Allocate(process, 0, (nuint)(2 * ProbeLimit), CommitAndReserve, ReadWrite);
        if (memory == 0)
            return null;
        _ = Free(process, memory, 0, Decommit);
        return "a process above its job's memory limit was given more";
    });

    /// <summary>Tries whether a process gets its mitigations.</summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryMitigations(string program) =>
        Try(program, Everyone, default, static process => HasMitigations(process) ? null : "a process that was to have them has none");

    /// <summary>Tries whether a process can be started with a restricted token, has low integrity then, and would reach a pipe made for it.</summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryRestrictedToken(string program)
    {
        try
        {
            using var token = WindowsToken.Create();
            var problem = Try(program, 0, default, static process => WindowsToken.IntegrityOf(process) is WindowsToken.Low ? null
                : $"a process that was to have low integrity has {(WindowsToken.IntegrityOf(process) is { } level ? $"0x{level:x}" : "none")}", token);
            if (problem is not null || !OperatingSystem.IsWindows())
                return problem;
            var name = $"actorbrowser-{Guid.NewGuid():D}";
            using var pipe = WindowsPipe.Serve(name, null, isForLow: true);
            token.Run(() => WindowsPipe.Touch(name));
            return null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Tries whether a process is kept from the system calls of the window manager.</summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryWin32kLockdown(string program) =>
        Try(program, NoWin32k, default, static process => (Flags(process, SystemCalls) & 1) == 1 ? null : "a process that was to be kept from win32k is not");

    /// <summary>
    /// Tries whether a job keeps its processes from the user interface. Windows puts no process that is in a job, as those are that
    /// a process in a job starts, into one that does.
    /// </summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryUserInterface(string program)
    {
        try
        {
            using var job = WindowsJob.Create(default, hasUserInterface: false);
            if (!job.KeepsFromUserInterface())
                return "a job that was to restrict the user interface does not";
            using var process = WindowsProcess.Start(new WindowsStart(program, WindowsCommandLine.Of(program, []), [], job), resume: false);
            var isIn = job.Contains(process.Handle.DangerousGetHandle());
            process.Kill();
            return isIn ? null : "a process that was put into such a job is not in it";
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }

    private static string? Try(string program, ulong mitigations, in WindowsJobLimits limits, Func<nint, string?> look, WindowsToken? token = null)
    {
        try
        {
            using var job = WindowsJob.Create(limits, hasUserInterface: true);
            using var process = WindowsProcess.Start(new WindowsStart(program, WindowsCommandLine.Of(program, []), [], job) { Mitigations = mitigations, Token = token }, resume: false);
            try
            {
                return look(process.Handle.DangerousGetHandle());
            }
            finally
            {
                process.Kill();
            }
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }

    private static uint Flags(nint process, int policy)
    {
        uint flags = 0;
        return QueryMitigation(process, policy, &flags, sizeof(uint)) != 0 ? flags : 0;
    }

    [LibraryImport("kernel32", EntryPoint = "GetProcessMitigationPolicy", SetLastError = true)]
    private static partial int QueryMitigation(nint process, int policy, void* buffer, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAllocEx", SetLastError = true)]
    private static partial nint Allocate(nint process, nint address, nuint size, uint kind, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualFreeEx", SetLastError = true)]
    private static partial int Free(nint process, nint address, nuint size, uint kind);

    [LibraryImport("advapi32", EntryPoint = "OpenProcessToken", SetLastError = true)]
    private static partial int OpenToken(nint process, uint access, nint* token);

    [LibraryImport("advapi32", EntryPoint = "GetTokenInformation", SetLastError = true)]
    private static partial int QueryTokenInformation(nint token, int kind, void* information, uint length, uint* returned);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int CloseHandle(nint handle);
}
