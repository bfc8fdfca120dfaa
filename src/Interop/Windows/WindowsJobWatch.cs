using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>Waits, on a thread, for the message that a job has no process left. The thread ends and its port is closed with <see cref="End"/>.</summary>
internal sealed unsafe partial class WindowsJobWatch
{
    private const string Kernel = "kernel32";
    private const int CompletionPort = 7;
    private const uint NoProcessLeft = 4;
    private const uint Stop = 0xffff;

    private readonly SafeFileHandle _port;
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WindowsJobWatch(SafeFileHandle port) => _port = port;

    /// <summary>Completes when the job's last process has ended.</summary>
    internal Task Emptied => _emptied.Task;

    /// <summary>Completes when the port is closed.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Begins to watch a job.</summary>
    /// <param name="job">Its handle, without processes so far.</param>
    /// <exception cref="Win32Exception">The system refused; nothing is left.</exception>
    internal static WindowsJobWatch Begin(nint job)
    {
        var port = new SafeFileHandle(CreatePort(-1, 0, 0, 1), ownsHandle: true);
        try
        {
            Check(port.IsInvalid ? 0 : 1);
            // The job itself keeps the port until it is gone, whoever closes this handle.
            var association = new Association { Port = port.DangerousGetHandle() };
            Check(SetJobInformation(job, CompletionPort, &association, (uint)sizeof(Association)));
            var watch = new WindowsJobWatch(port);
            new Thread(watch.Run) { IsBackground = true, Name = "job" }.Start();
            return watch;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>Ends the watching. It is called once, before the job is closed.</summary>
    internal void End()
    {
        try
        {
            _ = Post(_port, Stop, 0, 0);
        }
        catch (ObjectDisposedException)
        {
            // The system has ended the wait, and the port was closed with it.
        }
    }

    private void Run()
    {
        uint message;
        nint key, about;
        while (GetMessage(_port, &message, &key, &about, uint.MaxValue) != 0 && message != Stop)
        {
            if (message == NoProcessLeft)
                _emptied.TrySetResult();
        }
        _port.Dispose();
        _ended.SetResult();
    }

    private static void Check(int succeeded)
    {
        if (succeeded == 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Association
    {
        internal nint Key, Port;
    }

    [LibraryImport(Kernel, EntryPoint = "SetInformationJobObject", SetLastError = true)]
    private static partial int SetJobInformation(nint job, int kind, void* information, uint length);

    [LibraryImport(Kernel, EntryPoint = "CreateIoCompletionPort", SetLastError = true)]
    private static partial nint CreatePort(nint file, nint existing, nuint key, uint threads);

    [LibraryImport(Kernel, EntryPoint = "GetQueuedCompletionStatus", SetLastError = true)]
    private static partial int GetMessage(SafeFileHandle port, uint* message, nint* key, nint* about, uint milliseconds);

    [LibraryImport(Kernel, EntryPoint = "PostQueuedCompletionStatus", SetLastError = true)]
    private static partial int Post(SafeFileHandle port, uint message, nuint key, nint about);
}
