using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Set when it exited by itself.</param>
/// <param name="Signal">Set when a signal ended it.</param>
/// <param name="CoreDumped">Whether the signal left a core dump.</param>
internal readonly record struct ProcessEnd(int? ExitCode, int? Signal, bool CoreDumped);

/// <summary>
/// A descriptor for one of this process's children, which becomes readable when the child exits: a pidfd, or on macOS a
/// kqueue with one filter. Reaping takes exactly this child, never another.
/// </summary>
internal sealed unsafe class ProcessDescriptor : IDisposable
{
    private const int PidFdOpen = 434;
    private const int PidFdSendSignal = 424;
    private const int WaitForPid = 1;
    private const int WaitForPidFd = 3;
    private const int NoHang = 0x1;
    private const int Exited = 0x4;
    private const int CodeExited = 1;
    private const int CodeDumped = 3;
    private const short ProcessFilter = -5;
    private const ushort AddAndEnable = 0x5;
    private const uint NoteExit = 0x80000000;

    private static readonly bool Linux = OperatingSystem.IsLinux();

    private readonly int _processId;

    private ProcessDescriptor(int processId, SafeDescriptor descriptor)
    {
        _processId = processId;
        Descriptor = descriptor;
    }

    /// <summary>Readable once the process has exited.</summary>
    public SafeDescriptor Descriptor { get; }

    private static int NoWait => Linux ? 0x1000000 : 0x20;

    /// <summary>Opens the descriptor of any process. Linux.</summary>
    /// <param name="processId">Its pid.</param>
    /// <returns>Null if the process does not exist.</returns>
    public static ProcessDescriptor? TryOpen(int processId)
    {
        var descriptor = LibC.SystemCall(PidFdOpen, processId, 0, 0, 0);
        return descriptor >= 0 ? new ProcessDescriptor(processId, new SafeDescriptor((int)descriptor)) : null;
    }

    /// <summary>The pid, as this process sees it, for a pidfd received from another process. Linux.</summary>
    /// <param name="descriptor">A descriptor that should be a pidfd.</param>
    /// <returns>The pid; 0 if the process was reaped or is not visible here; null if the descriptor is not a pidfd.</returns>
    public static int? ProcessOf(SafeDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> buffer = stackalloc byte[512];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor.Value}"), buffer);
        ReadOnlySpan<byte> text = length < 0 ? default : buffer[..length];
        var at = text.IndexOf("\nPid:\t"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 6)..], out int pid, out _) ? Math.Max(0, pid) : null;
    }

    /// <summary>Waits until one of the processes has exited. Linux.</summary>
    /// <param name="processes">At least one.</param>
    /// <param name="timeout">The longest time to wait.</param>
    public static void WaitForAny(IReadOnlyList<ProcessDescriptor> processes, TimeSpan timeout)
    {
        var polled = new PollDescriptor[processes.Count];
        for (var i = 0; i < polled.Length; i++)
            polled[i] = new PollDescriptor(processes[i].Descriptor.Value, PollDescriptor.Readable);
        fixed (PollDescriptor* list = polled)
            _ = LibC.Poll(list, (nuint)polled.Length, (int)timeout.TotalMilliseconds);
    }

    /// <summary>Blocks until the process has exited. Linux.</summary>
    /// <param name="timeout">The longest time to wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <returns>Whether it has exited.</returns>
    public bool WaitForExit(TimeSpan timeout)
    {
        var polled = new PollDescriptor(Descriptor.Value, PollDescriptor.Readable);
        var started = TimeProvider.System.GetTimestamp();
        var left = timeout;
        while (LibC.Poll(&polled, 1, (int)left.TotalMilliseconds) < 0)
        {
            if (Marshal.GetLastPInvokeError() is not Errno.Interrupted and var errno)
                throw new SystemCallException("poll", errno);
            if (timeout != Timeout.InfiniteTimeSpan)
                left = TimeSpan.FromTicks(Math.Max(0, (timeout - TimeProvider.System.GetElapsedTime(started)).Ticks));
        }
        return polled.Returned != 0;
    }

    /// <summary>Opens the descriptor of a child that has not been reaped.</summary>
    /// <param name="processId">The child's pid.</param>
    public static ProcessDescriptor Open(int processId)
    {
        if (Linux)
        {
            var descriptor = LibC.SystemCall(PidFdOpen, processId, 0, 0, 0);
            return descriptor >= 0
                ? new ProcessDescriptor(processId, new SafeDescriptor((int)descriptor))
                : throw SystemCallException.FromLastError("pidfd_open");
        }
        var queue = new SafeDescriptor(LibC.Kqueue());
        if (queue.IsInvalid)
            throw SystemCallException.FromLastError("kqueue");
        DescriptorFlags.SetCloseOnExec(queue);
        var change = new KernelEvent { Identifier = processId, Filter = ProcessFilter, Flags = AddAndEnable, FilterFlags = NoteExit };
        if (LibC.Kevent(queue.Value, &change, 1, null, 0, null) != 0)
            throw SystemCallException.FromLastError("kevent");
        return new ProcessDescriptor(processId, queue);
    }

    /// <summary>Kills and reaps a child for which no descriptor could be opened. Waits for its exit, which is quick after SIGKILL.</summary>
    /// <param name="processId">The child's pid; not reaped yet.</param>
    public static void KillAndReap(int processId)
    {
        _ = LibC.Kill(processId, 9);
        var information = stackalloc int[32];
        while (LibC.WaitId(WaitForPid, (uint)processId, information, Exited) != 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted)
        {
            // A signal interrupted the wait: repeat it.
        }
    }

    /// <summary>Sends a signal to a process group whose leader is a child that has not been reaped.</summary>
    /// <param name="leader">The leader's pid.</param>
    /// <param name="signal">The signal's number.</param>
    public static void SignalGroup(int leader, int signal) => _ = LibC.Kill(-leader, signal);

    /// <summary>Sends a signal to the process, never to one that has reused its pid.</summary>
    /// <param name="signal">The signal's number.</param>
    /// <returns>False if the process is gone.</returns>
    public bool TrySignal(int signal)
    {
        var failed = Linux
            ? LibC.SystemCall(PidFdSendSignal, Descriptor.Value, signal, 0, 0) != 0
            : LibC.Kill(_processId, signal) != 0;
        if (!failed)
            return true;
        return Marshal.GetLastPInvokeError() == Errno.NoProcess ? false : throw SystemCallException.FromLastError("pidfd_send_signal");
    }

    /// <summary>
    /// Sends a signal to the whole group that the process leads. Call it only before the process is reaped: until then no other group
    /// can have its number.
    /// </summary>
    /// <param name="signal">The signal's number.</param>
    public void SignalGroup(int signal)
    {
        // ESRCH: the whole group is gone. EPERM: on macOS, only zombies are left.
        _ = LibC.Kill(-_processId, signal);
    }

    /// <summary>Whether the process has exited. It stays a zombie, so no other process or group can get its number.</summary>
    public bool HasExited()
    {
        Span<int> information = stackalloc int[32];
        return Wait(information, NoHang | Exited | NoWait) && information[Linux ? 4 : 3] != 0;
    }

    /// <summary>Reaps a process that has exited.</summary>
    /// <param name="end">How it ended.</param>
    /// <returns>False if other code has reaped it (the embedder ignores SIGCHLD, or waits for any child).</returns>
    public bool TryReap(out ProcessEnd end)
    {
        Span<int> information = stackalloc int[32];
        end = default;
        if (!Wait(information, NoHang | Exited) || information[Linux ? 4 : 3] == 0)
            return false;
        var status = information[Linux ? 6 : 5];
        end = information[2] == CodeExited
            ? new ProcessEnd(status & 0xff, null, false)
            : new ProcessEnd(null, status, information[2] == CodeDumped);
        return true;
    }

    /// <summary>Reaps the process and reads its resource usage. Linux.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="usage">What it used.</param>
    /// <returns>False if the process has not exited, or was reaped.</returns>
    public bool TryReap(out ProcessEnd end, out ProcessUsage usage) => ChildWait.TryReap(ChildWait.ForDescriptor, Descriptor.Value, out _, out end, out usage, out _);

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private bool Wait(Span<int> information, int options)
    {
        information.Clear();
        fixed (int* room = information)
        {
            while (true)
            {
                var failed = Linux
                    ? LibC.WaitId(WaitForPidFd, (uint)Descriptor.Value, room, options)
                    : LibC.WaitId(WaitForPid, (uint)_processId, room, options);
                if (failed == 0)
                    return true;
                var errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.NoChild)
                    return false;
                if (errno != Errno.Interrupted)
                    throw new SystemCallException("waitid", errno);
            }
        }
    }
}
