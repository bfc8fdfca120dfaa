using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>A limit of a process to start.</summary>
/// <param name="Limit">The limited resource.</param>
/// <param name="Soft">The limit in force.</param>
/// <param name="Hard">The most to which the process may raise it.</param>
internal readonly record struct LimitSetting(ProcessLimit Limit, ulong Soft, ulong Hard);

/// <summary>
/// Starts a process whose limits are in force before its program's first instruction, which <c>posix_spawn</c> cannot do; it also
/// takes only a fifth of the system calls. For a process that adds no signal handlers after its first spawn. Linux on x64 and arm64.
/// </summary>
internal static unsafe class LimitedSpawner
{
    private const int Steps = 96;
    private const int SetMask = 2;
    private const int ReadWrite = 2;
    private const int CurrentFolder = -100;

    // One per thread: its first steps are the same for every process, and the thread waits until the new process has called exec.
    [ThreadStatic]
    private static Prepared? t_prepared;

    /// <summary>Whether this machine supports it.</summary>
    public static bool IsSupported => PreExecProgram.IsSupported;

    /// <summary>Starts the process, like <see cref="ProcessSpawner.TrySpawn"/>.</summary>
    /// <param name="request">What to start.</param>
    /// <param name="limits">The process's limits.</param>
    /// <param name="processId">The new pid; 0 if no process was started.</param>
    /// <returns>0, or the errno of the call that failed; then no process is left.</returns>
    public static int TrySpawn(SpawnRequest request, ReadOnlySpan<LimitSetting> limits, out int processId)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var arguments = new NativeStrings(request.Arguments);
        using var environment = new NativeStrings(request.Environment);
        using var path = new NativeStrings([request.Path]);
        var prepared = t_prepared ??= new Prepared();
        var script = prepared.Begin();
        AddDescriptors(script, request, prepared.Null);
        if (request.WorkingFolder is { } folder)
            script.Add("fchdir", CallNumbers.ChangeFolder, false, folder.Value);
        foreach (var limit in limits)
        {
            var values = (ulong*)script.Zeroes(16);
            values[0] = limit.Soft;
            values[1] = limit.Hard;
            script.Add("prlimit64", CallNumbers.SetLimit, false, 0, (nint)(int)limit.Limit, (nint)values, 0);
        }
        script.Add("close_range", CallNumbers.CloseRange, false, request.Channel is null ? 3 : 4, unchecked((nint)uint.MaxValue), 0);
        script.Add("rt_sigprocmask", CallNumbers.SignalMask, false, SetMask, (nint)script.Zeroes(8), 0, 8);
        script.Add("execve", CallNumbers.Execute, false, (nint)path.Pointers[0], (nint)arguments.Pointers, (nint)environment.Pointers);
        var failure = script.Run(0, out processId);
        if (failure is null)
            return 0;
        if (processId != 0)
            ProcessDescriptor.KillAndReap(processId);
        processId = 0;
        return failure.Value.Errno;
    }

    private static void AddDescriptors(PreExecProgram script, SpawnRequest request, SafeDescriptor devNull)
    {
        if (request.Terminal is { } terminal)
        {
            // The session is new and has no terminal: the first one it opens becomes its controlling terminal, with the lowest free number.
            script.Add("close_range", CallNumbers.CloseRange, false, 0, 2, 0);
            script.Add("openat", CallNumbers.OpenAt, false, CurrentFolder, (nint)script.Text(terminal), ReadWrite, 0);
            script.Add("dup3", CallNumbers.Duplicate, false, 0, 1, 0);
            script.Add("dup3", CallNumbers.Duplicate, false, 0, 2, 0);
            return;
        }
        script.Add("dup3", CallNumbers.Duplicate, false, (request.Output ?? devNull).Value, 1, 0);
        script.Add("dup3", CallNumbers.Duplicate, false, request.Error?.Value ?? 1, 2, 0);
        if (request.Channel is { } channel)
            script.Add("dup3", CallNumbers.Duplicate, false, channel.Value, 3, 0);
        script.Add("dup3", CallNumbers.Duplicate, false, (request.Input ?? devNull).Value, 0, 0);
    }

    /// <summary>The steps that every process begins with, and /dev/null for streams that a request leaves out.</summary>
    private sealed class Prepared
    {
        private readonly PreExecProgram _script = new(Steps);

        internal Prepared()
        {
            var defaults = _script.Zeroes(64);
            foreach (var signal in SignalsToReset())
                _script.Add("rt_sigaction", CallNumbers.SignalAction, true, signal, (nint)defaults, 0, 8);
            _script.Add("setsid", CallNumbers.SetSession, false);
            _script.Keep();
        }

        internal SafeDescriptor Null { get; } = PathProbe.OpenNull();

        internal PreExecProgram Begin()
        {
            _script.Reset();
            return _script;
        }

        /// <summary>Signals that are handled or ignored; all others already have their default action.</summary>
        private static IEnumerable<int> SignalsToReset()
        {
            ulong set = 0;
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (line.StartsWith("SigIgn:", StringComparison.Ordinal) || line.StartsWith("SigCgt:", StringComparison.Ordinal))
                    set |= ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
            return Enumerable.Range(1, 64).Where(signal => (set >> (signal - 1) & 1) != 0);
        }
    }
}
