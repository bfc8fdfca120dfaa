using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>A limit of a process to be.</summary>
/// <param name="Limit">Which.</param>
/// <param name="Soft">What counts.</param>
/// <param name="Hard">How far it may be raised.</param>
internal readonly record struct LimitSetting(ProcessLimit Limit, ulong Soft, ulong Hard);

/// <summary>
/// Starts a process whose limits are in force before its program's first instruction, which <c>posix_spawn</c> cannot, and
/// with a fifth of its system calls. For a process that adds no signal handlers after its first spawn. Linux on x64 and arm64.
/// </summary>
internal static unsafe class LimitedSpawner
{
    private const int Steps = 96;
    private const int SetMask = 2;
    private const int ReadWrite = 2;
    private const int CurrentFolder = -100;

    // Each thread's own: its beginning is the same for every process, and it waits until the process is another program.
    [ThreadStatic]
    private static Prepared? t_prepared;

    /// <summary>Whether this machine can.</summary>
    public static bool IsSupported => SystemCallScript.IsSupported;

    /// <summary>Starts the process, as <see cref="ProcessSpawner.TrySpawn"/> would.</summary>
    /// <param name="request">What to start.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="processId">The new pid; 0 when none was started.</param>
    /// <returns>0, or the errno of what failed: nothing is left of the attempt then.</returns>
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

    private static void AddDescriptors(SystemCallScript script, SpawnRequest request, SafeDescriptor devNull)
    {
        if (request.Terminal is { } terminal)
        {
            // The session is new and has no terminal: the first one it opens becomes its own, and gets the lowest number free.
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

    /// <summary>The steps that every process begins with, and what it is given where it is given nothing.</summary>
    private sealed class Prepared
    {
        private readonly SystemCallScript _script = new(Steps);

        internal Prepared()
        {
            var defaults = _script.Zeroes(64);
            foreach (var signal in SignalsToReset())
                _script.Add("rt_sigaction", CallNumbers.SignalAction, true, signal, (nint)defaults, 0, 8);
            _script.Add("setsid", CallNumbers.SetSession, false);
            _script.Keep();
        }

        internal SafeDescriptor Null { get; } = PathProbe.OpenNull();

        internal SystemCallScript Begin()
        {
            _script.Reset();
            return _script;
        }

        /// <summary>Handled and ignored ones: all others are at their defaults already.</summary>
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
