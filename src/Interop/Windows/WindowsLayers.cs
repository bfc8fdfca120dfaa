using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// Probes of Windows' layers: each applies one to a process made for that, and looks whether it holds. Wine 8 has none of these layers:
/// there, the probes say so.
/// </summary>
internal static unsafe partial class WindowsLayers
{
    private const uint CommitAndReserve = 0x3000;
    private const uint ReadWrite = 4;
    private const uint Decommit = 0x8000;
    private const long ProbeLimit = 32 << 20;
    private const int AccessDenied = 5;

    // End, start a thread, allocate, read, write, duplicate a handle, set, query, suspend, query a little, wait.
    private static ReadOnlySpan<uint> ProcessRights => [0x1, 0x2, 0x8, 0x10, 0x20, 0x40, 0x200, 0x400, 0x800, 0x1000, 0x100000];

    // End, suspend, read and write its registers, set, query, set its token, query a little, wait.
    private static ReadOnlySpan<uint> ThreadRights => [0x1, 0x2, 0x8, 0x10, 0x20, 0x40, 0x80, 0x800, 0x100000];

    /// <summary>Tries whether a job's memory limit holds for a process.</summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryMemoryLimit(string program) => Try(program, 0, new WindowsJobLimits(ProbeLimit, 0, 0, 0), static process =>
    {
        var memory = Allocate(process.Handle.DangerousGetHandle(), 0, (nuint)(2 * ProbeLimit), CommitAndReserve, ReadWrite);
        if (memory == 0)
            return null;
        _ = Free(process.Handle.DangerousGetHandle(), memory, 0, Decommit);
        return "a process above its job's memory limit was given more";
    });

    /// <summary>Tries whether a process gets each of its mitigations, as the system tells.</summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryMitigations(string program) => TryMitigations(program, WindowsMitigations.Of(isNative: false), isAlone: true);

    /// <summary>
    /// Tries whether a process can be started with a restricted token, has nothing more than that then, is kept from others with such a
    /// token, and would reach a pipe made for it.
    /// </summary>
    /// <param name="program">Any program; it is started suspended, and never runs.</param>
    /// <returns>Null, or what failed.</returns>
    internal static string? TryRestrictedToken(string program)
    {
        try
        {
            using var token = WindowsToken.Create();
            var problem = Try(program, 0, default, process => WindowsToken.Excess(process.Handle.DangerousGetHandle()) ?? process.NotSeparate ?? OpenedByAnother(token, process), token);
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
        TryMitigations(program, WindowsMitigations.NoWin32k, isAlone: false);

    /// <summary>Tries with each right whether another process with such a token may open a process, or its first thread.</summary>
    /// <param name="token">The token of the other.</param>
    /// <param name="process">The process.</param>
    /// <returns>Null if it is refused each right; else the first that it is not.</returns>
    internal static string? OpenedByAnother(WindowsToken token, WindowsProcess process)
    {
        string? opened = null;
        token.Run(() =>
        {
            foreach (var right in ProcessRights)
                opened ??= Opened(OpenProcess(right, 0, process.Id), Marshal.GetLastPInvokeError(), "process", right);
            foreach (var right in ThreadRights)
                opened ??= Opened(OpenThread(right, 0, process.ThreadId), Marshal.GetLastPInvokeError(), "thread", right);
        });
        return opened;
    }

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

    private static string? Opened(nint handle, int error, string what, uint right)
    {
        if (handle == 0)
            return error == AccessDenied ? null : $"whether another of its level opens its {what} with the right 0x{right:x} is unknown: {new Win32Exception(error).Message}";
        _ = WindowsSection.Close(handle);
        return $"another of its level opened its {what} with the right 0x{right:x}";
    }

    private static string? TryMitigations(string program, ulong mitigations, bool isAlone) =>
        Try(program, mitigations, default, process => WindowsMitigations.MissingFrom(process.Handle.DangerousGetHandle(), mitigations, isAlone), isAlone: isAlone);

    private static string? Try(string program, ulong mitigations, in WindowsJobLimits limits, Func<WindowsProcess, string?> look, WindowsToken? token = null, bool isAlone = false)
    {
        try
        {
            using var job = WindowsJob.Create(limits, hasUserInterface: true);
            var start = new WindowsStart(program, WindowsCommandLine.Of(program, []), [], job) { Mitigations = mitigations, Token = token, IsAlone = isAlone };
            using var process = WindowsProcess.Start(start, resume: false);
            try
            {
                return look(process) is { } problem ? $"a process was started to try it: {problem}" : null;
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

    [LibraryImport("kernel32", EntryPoint = "VirtualAllocEx", SetLastError = true)]
    private static partial nint Allocate(nint process, nint address, nuint size, uint kind, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualFreeEx", SetLastError = true)]
    private static partial int Free(nint process, nint address, nuint size, uint kind);

    [LibraryImport("kernel32", EntryPoint = "OpenProcess", SetLastError = true)]
    private static partial nint OpenProcess(uint access, int inherit, int id);

    [LibraryImport("kernel32", EntryPoint = "OpenThread", SetLastError = true)]
    private static partial nint OpenThread(uint access, int inherit, int id);
}
