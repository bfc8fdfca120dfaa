using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>A program to start on Windows.</summary>
/// <param name="Path">The program.</param>
/// <param name="CommandLine">From <see cref="WindowsCommandLine"/>.</param>
/// <param name="Environment">Its whole environment, as NAME=VALUE.</param>
/// <param name="Job">The job that it is created in; on a system that cannot do that, it is put into it before it runs.</param>
internal sealed record WindowsStart(string Path, string CommandLine, IReadOnlyList<string> Environment, WindowsJob Job)
{
    /// <summary>The folder that it starts in; null for this process's.</summary>
    internal string? Folder { get; init; }

    /// <summary>Its standard input, inheritable; null for none.</summary>
    internal SafeFileHandle? Input { get; init; }

    /// <summary>Its standard output, inheritable; null for none.</summary>
    internal SafeFileHandle? Output { get; init; }

    /// <summary>Its standard error, inheritable; null for none.</summary>
    internal SafeFileHandle? Error { get; init; }

    /// <summary>Its AppContainer; null for none.</summary>
    internal AppContainer? Container { get; init; }

    /// <summary>Its token; null for this process's.</summary>
    internal WindowsToken? Token { get; init; }

    /// <summary>Its mitigations; 0 for none.</summary>
    internal ulong Mitigations { get; init; }

    /// <summary>Whether it may start no process.</summary>
    internal bool IsAlone { get; init; }

    /// <summary>Whether it gets a console of its own, without a window, so that <see cref="WindowsInterrupt"/> reaches it.</summary>
    internal bool HasConsole { get; init; }

    /// <summary>Whether it is created in its job; else it is put into it while it is suspended, as where the system refuses the former.</summary>
    internal bool IsCreatedInJob { get; init; } = true;

    /// <summary>Called while it is suspended, before anything of it runs; what this throws ends it. Null for nothing.</summary>
    internal Action<WindowsProcess>? Look { get; init; }

    /// <summary>Its terminal, which is its standard input, output and error as well; null for none.</summary>
    internal WindowsPseudoConsole? Terminal { get; init; }
}

/// <summary>
/// A process on Windows. It is created suspended and in a job, is looked at, and only then runs. It inherits the handles named for it and
/// nothing else. Run under Wine 8; never on Windows.
/// </summary>
internal sealed unsafe partial class WindowsProcess : IDisposable
{
    private const string Kernel = "kernel32";
    private const uint CreateSuspended = 0x4;
    private const uint Detached = 0x8;
    private const uint UnicodeEnvironment = 0x400;
    private const uint ExtendedStartup = 0x80000;
    private const uint NoWindow = 0x08000000;
    private const uint UseStandardHandles = 0x100;
    private const nuint HandleList = 0x20002;
    private const nuint MitigationPolicy = 0x20007;
    private const nuint SecurityCapabilities = 0x20009;
    private const nuint JobList = 0x2000d;
    private const nuint ChildProcessPolicy = 0x2000e;
    private const nuint PseudoConsole = 0x20016;
    private const uint NoChildProcess = 1;
    private const uint MostAttributes = 6;
    private const uint Killed = 137;

    private WindowsProcess(in ProcessInformation started, bool isSeparate)
    {
        Id = (int)started.Id;
        ThreadId = (int)started.ThreadId;
        Handle = new SafeWaitHandle(started.Process, ownsHandle: true);
        // A process with this one's token has this one's level already.
        NotSeparate = isSeparate ? WindowsLabel.Separate(started.Process, started.Thread) : "it has the integrity of this process";
    }

    /// <summary>The pid.</summary>
    public int Id { get; }

    /// <summary>The id of its first thread.</summary>
    internal int ThreadId { get; }

    /// <summary>Null if its process and first thread are kept from others of its own user and level; else why not.</summary>
    internal string? NotSeparate { get; }

    /// <summary>Whether it was in its job when it came to be, and not only before it ran.</summary>
    internal bool WasCreatedInJob { get; private init; }

    /// <summary>Signalled when the process has exited.</summary>
    public SafeWaitHandle Handle { get; }

    /// <summary>Starts a process.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="resume">Whether it runs; else it stays suspended, for a probe.</param>
    /// <exception cref="Win32Exception">The system refused; nothing is left.</exception>
    public static WindowsProcess Start(WindowsStart start, bool resume = true)
    {
        nuint size = 0;
        _ = InitializeAttributes(null, MostAttributes, 0, &size);
        var attributes = NativeMemory.Alloc(size);
        try
        {
            Check(InitializeAttributes(attributes, MostAttributes, 0, &size));
            return Start(start, attributes, resume);
        }
        finally
        {
            NativeMemory.Free(attributes);
        }
    }

    /// <summary>Ends the process alone.</summary>
    public void Kill() => _ = TerminateProcess(Handle.DangerousGetHandle(), Killed);

    /// <summary>The exit code; call it only after <see cref="Handle"/> was signalled.</summary>
    public int ExitCode()
    {
        uint code;
        Check(GetExitCode(Handle.DangerousGetHandle(), &code));
        return (int)code;
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static WindowsProcess Start(WindowsStart start, void* attributes, bool resume)
    {
        SafeFileHandle?[] standard = [start.Input, start.Output, start.Error];
        var handles = stackalloc nint[3];
        var inherited = stackalloc nint[3];
        var count = 0;
        for (var i = 0; i < standard.Length; i++)
        {
            handles[i] = standard[i]?.DangerousGetHandle() ?? 0;
            // The list takes each handle once.
            if (handles[i] != 0 && !new ReadOnlySpan<nint>(inherited, count).Contains(handles[i]))
                inherited[count++] = handles[i];
        }
        if (count > 0)
            Check(UpdateAttribute(attributes, 0, HandleList, inherited, (nuint)(count * sizeof(nint)), null, null));
        var mitigations = start.Mitigations;
        if (mitigations != 0)
            Check(UpdateAttribute(attributes, 0, MitigationPolicy, &mitigations, sizeof(ulong), null, null));
        // Windows before 10 refuses such a list.
        var job = start.Job.DangerousGetHandle();
        if (start.IsCreatedInJob)
            _ = UpdateAttribute(attributes, 0, JobList, &job, (nuint)sizeof(nint), null, null);
        var policy = NoChildProcess;
        if (start.IsAlone)
            Check(UpdateAttribute(attributes, 0, ChildProcessPolicy, &policy, sizeof(uint), null, null));
        var capabilities = default(AppContainer.SecurityCapabilities);
        var entries = stackalloc AppContainer.CapabilityEntry[AppContainer.MostCapabilities];
        if (start.Container is { } container)
        {
            container.Describe(&capabilities, entries);
            Check(UpdateAttribute(attributes, 0, SecurityCapabilities, &capabilities, (nuint)sizeof(AppContainer.SecurityCapabilities), null, null));
        }
        // The value is the handle itself. The standard handles stay empty, and Windows fills them with the terminal's.
        if (start.Terminal is { } terminal)
            Check(UpdateAttribute(attributes, 0, PseudoConsole, (void*)terminal.Handle, (nuint)sizeof(nint), null, null));
        var startup = new StartupInformation
        {
            Size = (uint)sizeof(StartupInformation),
            Flags = UseStandardHandles,
            Input = handles[0],
            Output = handles[1],
            Error = handles[2],
            Attributes = attributes,
        };
        // A console of its own costs a conhost process, which a child does not need.
        var flags = CreateSuspended | UnicodeEnvironment | ExtendedStartup | (start.Terminal is not null ? 0 : start.HasConsole ? NoWindow : Detached);
        var started = default(ProcessInformation);
        var block = WindowsEnvironment.Block(start.Environment);
        fixed (char* program = start.Path)
        fixed (char* command = start.CommandLine + "\0")
        fixed (char* variables = block)
        fixed (char* folder = start.Folder)
        {
            Check(start.Token is { } token
                ? CreateProcessAs(token, program, command, null, null, count > 0 ? 1 : 0, flags, variables, folder, &startup, &started)
                : CreateProcess(program, command, null, null, count > 0 ? 1 : 0, flags, variables, folder, &startup, &started));
        }
        var process = new WindowsProcess(started, start.Token is not null || start.Container is not null) { WasCreatedInJob = start.Job.Contains(started.Process) };
        try
        {
            if (!process.WasCreatedInJob)
                start.Job.Add(started.Process);
            start.Look?.Invoke(process);
            if (resume && ResumeThread(started.Thread) == uint.MaxValue)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            return process;
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
        finally
        {
            _ = CloseHandle(started.Thread);
        }
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

    [LibraryImport(Kernel, EntryPoint = "CreateProcessW", SetLastError = true)]
    private static partial int CreateProcess(char* path, char* command, void* processSecurity, void* threadSecurity, int inherit, uint flags, void* environment, char* folder, StartupInformation* startup, ProcessInformation* information);

    [LibraryImport("advapi32", EntryPoint = "CreateProcessAsUserW", SetLastError = true)]
    private static partial int CreateProcessAs(WindowsToken token, char* path, char* command, void* processSecurity, void* threadSecurity, int inherit, uint flags, void* environment, char* folder, StartupInformation* startup, ProcessInformation* information);

    [LibraryImport(Kernel, EntryPoint = "InitializeProcThreadAttributeList", SetLastError = true)]
    private static partial int InitializeAttributes(void* list, uint count, uint flags, nuint* size);

    [LibraryImport(Kernel, EntryPoint = "UpdateProcThreadAttribute", SetLastError = true)]
    private static partial int UpdateAttribute(void* list, uint flags, nuint attribute, void* value, nuint size, void* previous, nuint* returned);

    [LibraryImport(Kernel, EntryPoint = "TerminateProcess", SetLastError = true)]
    private static partial int TerminateProcess(nint process, uint code);

    [LibraryImport(Kernel, EntryPoint = "ResumeThread", SetLastError = true)]
    private static partial uint ResumeThread(nint thread);

    [LibraryImport(Kernel, EntryPoint = "GetExitCodeProcess", SetLastError = true)]
    private static partial int GetExitCode(nint process, uint* code);

    [LibraryImport(Kernel, EntryPoint = "CloseHandle", SetLastError = true)]
    private static partial int CloseHandle(nint handle);
}
