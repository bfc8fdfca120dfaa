using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>
/// A process on Windows. It is started suspended, put into a job object that kills on close, then resumed: it cannot outlive the
/// job's handle, which only this process holds. Compiled, but <b>never run</b>.
/// </summary>
internal sealed unsafe partial class WindowsProcess : IDisposable
{
    private const string Kernel = "kernel32";
    private const uint CreateSuspended = 0x4;
    private const uint CreateNoWindow = 0x08000000;
    private const uint UnicodeEnvironment = 0x400;
    private const uint ExtendedStartup = 0x80000;
    private const uint UseStandardHandles = 0x100;
    private const nuint HandleList = 0x20002;
    private const nuint SecurityCapabilities = 0x20009;
    private const uint LimitProcessTime = 0x2;
    private const uint LimitActiveProcesses = 0x8;
    private const uint LimitProcessMemory = 0x100;
    private const uint DieOnUnhandledException = 0x400;
    private const long TicksPerSecond = 10_000_000;
    private const uint KillOnJobClose = 0x2000;
    private const int ExtendedLimits = 9;
    private const uint InheritFlag = 1;

    private readonly nint _job;

    private WindowsProcess(int id, SafeWaitHandle process, nint job, SafeFileHandle output, SafeFileHandle error)
    {
        Id = id;
        Process = process;
        _job = job;
        Output = output;
        Error = error;
    }

    /// <summary>The pid.</summary>
    public int Id { get; }

    /// <summary>Signalled when the process has exited.</summary>
    public SafeWaitHandle Process { get; }

    /// <summary>The reading end of the process's stdout.</summary>
    public SafeFileHandle Output { get; }

    /// <summary>The reading end of the process's stderr.</summary>
    public SafeFileHandle Error { get; }

    /// <summary>Starts a process that inherits its two output pipes and nothing else.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, without the program's name.</param>
    /// <param name="environment">Its whole environment, as NAME=VALUE.</param>
    /// <param name="confinement">Its confinement; null for only the job.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public static WindowsProcess Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, WindowsConfinement? confinement = null)
    {
        var job = CreateJob(confinement);
        var (outputRead, outputWrite) = CreatePipe();
        var (errorRead, errorWrite) = CreatePipe();
        var handles = stackalloc nint[2] { outputWrite.DangerousGetHandle(), errorWrite.DangerousGetHandle() };
        nuint size = 0;
        _ = InitializeAttributes(null, 2, 0, &size);
        var attributes = NativeMemory.Alloc(size);
        try
        {
            Check(InitializeAttributes(attributes, confinement is null ? 1u : 2u, 0, &size));
            Check(UpdateAttribute(attributes, 0, HandleList, handles, (nuint)(2 * sizeof(nint)), null, null));
            var capabilities = default(AppContainer.SecurityCapabilities);
            var entries = stackalloc AppContainer.CapabilityEntry[4];
            if (confinement is not null)
            {
                confinement.Container.Describe(&capabilities, entries);
                Check(UpdateAttribute(attributes, 0, SecurityCapabilities, &capabilities, (nuint)sizeof(AppContainer.SecurityCapabilities), null, null));
            }
            var startup = new StartupInformation
            {
                Size = (uint)sizeof(StartupInformation),
                Flags = UseStandardHandles,
                Output = handles[0],
                Error = handles[1],
                Attributes = attributes,
            };
            var started = default(ProcessInformation);
            var block = string.Join('\0', environment.OrderBy(v => v, StringComparer.OrdinalIgnoreCase)) + "\0\0";
            fixed (char* program = path)
            fixed (char* command = CommandLine(path, arguments) + "\0")
            fixed (char* variables = block)
            {
                Check(CreateProcess(program, command, null, null, 1,
                    CreateSuspended | CreateNoWindow | UnicodeEnvironment | ExtendedStartup, variables, null, &startup, &started));
            }
            if (AssignToJob(job, started.Process) == 0 || ResumeThread(started.Thread) == uint.MaxValue)
            {
                var error = Marshal.GetLastPInvokeError();
                _ = TerminateProcess(started.Process, 1);
                _ = CloseHandle(started.Thread);
                _ = CloseHandle(started.Process);
                throw new Win32Exception(error);
            }
            _ = CloseHandle(started.Thread);
            return new WindowsProcess((int)started.Id, new SafeWaitHandle(started.Process, ownsHandle: true), job, outputRead, errorRead);
        }
        catch
        {
            _ = CloseHandle(job);
            outputRead.Dispose();
            errorRead.Dispose();
            throw;
        }
        finally
        {
            NativeMemory.Free(attributes);
            outputWrite.Dispose();
            errorWrite.Dispose();
        }
    }

    /// <summary>Ends the process and every process it has started.</summary>
    public void Kill() => _ = TerminateJob(_job, 137);

    /// <summary>The exit code; call it only after <see cref="Process"/> was signalled.</summary>
    public int ExitCode()
    {
        uint code;
        Check(GetExitCode(Process.DangerousGetHandle(), &code));
        return (int)code;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Process.Dispose();
        Output.Dispose();
        Error.Dispose();
        _ = CloseHandle(_job);
    }

    private static nint CreateJob(WindowsConfinement? confinement)
    {
        var job = CreateJobObject(null, null);
        if (job == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        var limits = default(ExtendedLimitInformation);
        limits.LimitFlags = KillOnJobClose | DieOnUnhandledException;
        if (confinement is { Memory: > 0 and var memory })
        {
            limits.LimitFlags |= LimitProcessMemory;
            limits.ProcessMemory = (nuint)memory;
        }
        if (confinement is { Processes: > 0 and var processes })
        {
            limits.LimitFlags |= LimitActiveProcesses;
            limits.ActiveProcesses = (uint)processes;
        }
        if (confinement is { ProcessorTime: > 0 and var seconds })
        {
            limits.LimitFlags |= LimitProcessTime;
            limits.ProcessTime = seconds * TicksPerSecond;
        }
        Check(SetJobInformation(job, ExtendedLimits, &limits, (uint)sizeof(ExtendedLimitInformation)));
        return job;
    }

    private static (SafeFileHandle Read, SafeFileHandle Write) CreatePipe()
    {
        nint read, write;
        Check(CreatePipe(&read, &write, null, 0));
        Check(SetHandleInformation(write, InheritFlag, InheritFlag));
        return (new SafeFileHandle(read, ownsHandle: true), new SafeFileHandle(write, ownsHandle: true));
    }

    /// <summary>Quotes arguments so that CommandLineToArgvW restores them.</summary>
    private static string CommandLine(string path, IReadOnlyList<string> arguments)
    {
        var line = new StringBuilder().Append('"').Append(path).Append('"');
        foreach (var argument in arguments)
        {
            line.Append(" \"");
            var backslashes = 0;
            foreach (var c in argument)
            {
                if (c == '"')
                    line.Append('\\', backslashes + 1);
                backslashes = c == '\\' ? backslashes + 1 : 0;
                line.Append(c);
            }
            line.Append('\\', backslashes).Append('"');
        }
        return line.ToString();
    }

    private static void Check(int succeeded)
    {
        if (succeeded == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct StartupInformation
    {
        internal uint Size;
        internal nint Reserved, Desktop, Title;
        internal uint X, Y, XSize, YSize, XChars, YChars, Fill, Flags;
        internal ushort Show, Reserved2Size;
        internal nint Reserved2, Input, Output, Error;
        internal void* Attributes;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProcessInformation
    {
        internal nint Process, Thread;
        internal uint Id, ThreadId;
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

    [LibraryImport(Kernel, EntryPoint = "CreateProcessW", SetLastError = true)]
    private static partial int CreateProcess(char* path, char* command, void* processSecurity, void* threadSecurity, int inherit, uint flags, void* environment, char* folder, StartupInformation* startup, ProcessInformation* information);

    [LibraryImport(Kernel, EntryPoint = "InitializeProcThreadAttributeList", SetLastError = true)]
    private static partial int InitializeAttributes(void* list, uint count, uint flags, nuint* size);

    [LibraryImport(Kernel, EntryPoint = "UpdateProcThreadAttribute", SetLastError = true)]
    private static partial int UpdateAttribute(void* list, uint flags, nuint attribute, void* value, nuint size, void* previous, nuint* returned);

    [LibraryImport(Kernel, EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial nint CreateJobObject(void* security, char* name);

    [LibraryImport(Kernel, EntryPoint = "SetInformationJobObject", SetLastError = true)]
    private static partial int SetJobInformation(nint job, int kind, void* information, uint length);

    [LibraryImport(Kernel, EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    private static partial int AssignToJob(nint job, nint process);

    [LibraryImport(Kernel, EntryPoint = "TerminateJobObject", SetLastError = true)]
    private static partial int TerminateJob(nint job, uint code);

    [LibraryImport(Kernel, EntryPoint = "TerminateProcess", SetLastError = true)]
    private static partial int TerminateProcess(nint process, uint code);

    [LibraryImport(Kernel, EntryPoint = "ResumeThread", SetLastError = true)]
    private static partial uint ResumeThread(nint thread);

    [LibraryImport(Kernel, EntryPoint = "GetExitCodeProcess", SetLastError = true)]
    private static partial int GetExitCode(nint process, uint* code);

    [LibraryImport(Kernel, EntryPoint = "CreatePipe", SetLastError = true)]
    private static partial int CreatePipe(nint* read, nint* write, void* security, uint size);

    [LibraryImport(Kernel, EntryPoint = "SetHandleInformation", SetLastError = true)]
    private static partial int SetHandleInformation(nint handle, uint mask, uint flags);

    [LibraryImport(Kernel, EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int CloseHandle(nint handle);
}
