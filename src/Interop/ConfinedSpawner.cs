using System.Globalization;

namespace ActorBrowser.Interop;

/// <summary>
/// Starts a process that is confined before its program's first instruction. It sets, in this order: signals, session, death with
/// the parent, identity in a new user namespace, mounts, limits, descriptors, no_new_privs, Landlock,
/// capabilities, the starting filter, the program. Linux on x64 and arm64.
/// </summary>
internal static unsafe class ConfinedSpawner
{
    private const int MostOwnSteps = 256;
    private const int SetDeathSignal = 1;
    private const int SetSecureBits = 28;
    private const int DropBound = 24;
    private const int SetNoNewPrivileges = 38;
    private const int AmbientCapability = 47;
    private const int AmbientClearAll = 4;
    private const int SetMask = 2;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int DuplicateCloseOnExec = 1030;
    private const int PathOnly = 0x200000;
    private const int CurrentFolder = -100;
    private const int Recursive = 0x4000;
    private const int Slave = 0x80000;
    private const int NoSetIdDevicesOrPrograms = 2 | 4 | 8;

    // User id 0 gets no special rights: NOROOT, NO_SETUID_FIXUP, KEEP_CAPS off, no ambient; each locked.
    private const int NoRootLocked = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80;
    private const uint CapabilityVersion3 = 0x20080522;

    /// <summary>Whether this machine supports it.</summary>
    public static bool IsSupported => PreExecProgram.IsSupported;

    /// <summary>The address of this spawner's calls in a new process, as a filter sees it: <c>execve</c> is allowed from here and from nowhere else.</summary>
    public static nint CallAddress => PreExecCode.CallAddress;

    /// <summary>Starts the process.</summary>
    /// <param name="request">What to start; its terminal and working folder are ignored.</param>
    /// <param name="confinement">The confinement that the process enters first.</param>
    /// <param name="processId">The new pid; 0 if no process was started.</param>
    /// <returns>Null, or the step that failed; then no process is left.</returns>
    public static StepFailure? TrySpawn(SpawnRequest request, Confinement confinement, out int processId)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(confinement);
        using var devNull = PathProbe.OpenNull();
        using var arguments = new NativeStrings(request.Arguments);
        using var environment = new NativeStrings(request.Environment);
        using var path = new NativeStrings([request.Path]);
        using var script = NewScript(confinement);
        using var network = confinement.Network is { } wanted ? new NetworkScript(wanted) : null;
        AddBeginning(script, confinement, request.MayOrderKills, network, out var killOrder);
        AddDescriptor(script, request.Input ?? devNull, 0);
        AddDescriptor(script, request.Output ?? devNull, 1);
        AddDescriptor(script, request.Error ?? request.Output ?? devNull, 2);
        if (request.Channel is { } channel)
            AddDescriptor(script, channel, 3);
        AddEnd(script, confinement, request.Channel is null ? 3 : 4, request.HoldsChildSignals ? ChildExits.ChildSignalSet : 0, killOrder);
        script.Add("execve", CallNumbers.Execute, false, (nint)path.Pointers[0], (nint)arguments.Pointers, (nint)environment.Pointers);
        var failure = Run(script, confinement.Namespaces, out processId);
        network?.Receive();
        return failure;
    }

    /// <summary>Tests whether this machine supports a confinement: applies it to a process that then exits.</summary>
    /// <param name="confinement">The confinement to test.</param>
    /// <returns>Null, or the step that failed.</returns>
    public static StepFailure? Try(Confinement confinement)
    {
        ArgumentNullException.ThrowIfNull(confinement);
        using var script = NewScript(confinement);
        AddBeginning(script, confinement, mayOrderKills: false, network: null, out _);
        AddEnd(script, confinement, 3, 0, killOrder: null);
        script.Add("exit_group", CallNumbers.ExitGroup, false, 0);
        var failure = Run(script, confinement.Namespaces, out var processId);
        if (processId > 0)
            ProcessDescriptor.KillAndReap(processId);
        return failure;
    }

    private static PreExecProgram NewScript(Confinement confinement) =>
        confinement.World is { } world
            ? new PreExecProgram(MostOwnSteps + WorldScript.StepsOf(world) + (confinement.Network is { } network ? NetworkScript.StepsOf(network) : 0))
            : new PreExecProgram();

    private static StepFailure? Run(PreExecProgram script, Namespaces namespaces, out int processId)
    {
        var failure = script.Run((int)namespaces, out processId);
        if (failure is null || processId == 0)
            return failure;
        ProcessDescriptor.KillAndReap(processId);
        processId = 0;
        return failure;
    }

    private static void AddBeginning(PreExecProgram script, Confinement confinement, bool mayOrderKills, NetworkScript? network, out int? killOrder)
    {
        var defaults = script.Zeroes(64);
        for (var signal = 1; signal <= 64; signal++)
        {
            if (signal is not (9 or 19))
                script.Add("rt_sigaction", CallNumbers.SignalAction, false, signal, (nint)defaults, 0, 8);
        }
        script.Add("setsid", CallNumbers.SetSession, false);
        if (confinement.ParentDeathSignal != 0)
            script.Add("prctl(PR_SET_PDEATHSIG)", CallNumbers.ProcessControl, false, SetDeathSignal, confinement.ParentDeathSignal);
        if (confinement.Namespaces.HasFlag(Namespaces.Users))
        {
            AddIdentity(script);
            if (confinement.World is not null)
                AddCounts(script);
        }
        network?.Add(script);
        killOrder = mayOrderKills ? OpenKillOrder(script) : null;
        if (confinement.World is { } world)
        {
            new WorldScript(script, world).Add(confinement.Landlock);
        }
        else if (confinement.Namespaces.HasFlag(Namespaces.Mounts))
        {
            script.Add("making mounts private", CallNumbers.Mount, false, 0, (nint)script.Text("/"), 0, Recursive | Slave, 0);
            if (confinement.Namespaces.HasFlag(Namespaces.Processes))
                AddProc(script, confinement.Landlock);
        }
        foreach (var (limit, soft, hard) in confinement.Limits)
        {
            var values = (ulong*)script.Zeroes(16);
            values[0] = soft;
            values[1] = hard;
            script.Add($"limiting {limit}", CallNumbers.SetLimit, false, 0, (nint)(int)limit, (nint)values, 0);
        }
    }

    // A Landlock rule applies to a folder of one file system: the rule for the old /proc does not cover the new one.
    private static void AddProc(PreExecProgram script, Landlock? landlock)
    {
        script.Add("mounting a separate /proc", CallNumbers.Mount, false, (nint)script.Text("proc"), (nint)script.Text("/proc"), (nint)script.Text("proc"), NoSetIdDevicesOrPrograms, 0);
        if (landlock is null)
            return;
        var rule = script.Zeroes(16);
        *(ulong*)rule = Landlock.ReadFilesAndFolders;
        var open = script.Add("opening the separate /proc", CallNumbers.OpenAt, false, CurrentFolder, (nint)script.Text("/proc"), PathOnly, 0);
        script.Store(open, rule + sizeof(ulong));
        script.Add("landlock_add_rule", CallNumbers.AddRule, false, landlock.Descriptor.Value, Landlock.PathRule, (nint)rule, 0);
    }

    // While the old /proc is still there and no Landlock domain forbids it. Above number 4, which it gets at the end.
    private static int OpenKillOrder(PreExecProgram script)
    {
        var open = script.Add($"opening {KillOrder.Path}", CallNumbers.OpenAt, true, CurrentFolder, (nint)script.Text(KillOrder.Path), ReadWrite | CloseOnExec, 0);
        var raise = script.Add("fcntl(F_DUPFD_CLOEXEC)", CallNumbers.ControlDescriptor, true, 0, DuplicateCloseOnExec, KillOrder.Number + 1);
        script.Pass(open, raise);
        return raise;
    }

    private static void AddEnd(PreExecProgram script, Confinement confinement, int firstToClose, ulong blockedSignals, int? killOrder)
    {
        script.Add("prctl(PR_SET_NO_NEW_PRIVS)", CallNumbers.ProcessControl, false, SetNoNewPrivileges, 1, 0, 0, 0);
        if (confinement.Landlock is { } landlock)
            script.Add("landlock_restrict_self", CallNumbers.RestrictSelf, false, landlock.Descriptor.Value, 0);
        if (confinement.DropCapabilities)
            AddCapabilities(script);
        if (killOrder is { } opened)
        {
            // If it could not be opened, the second step fails, and no other descriptor keeps this number.
            script.Add("dup3", CallNumbers.Duplicate, false, 0, KillOrder.Number, 0);
            script.Pass(opened, script.Add("dup3", CallNumbers.Duplicate, true, 0, KillOrder.Number, 0));
            firstToClose = KillOrder.Number + 1;
        }
        script.Add("close_range", CallNumbers.CloseRange, false, firstToClose, unchecked((nint)uint.MaxValue), 0);
        var blocked = script.Zeroes(8);
        *(ulong*)blocked = blockedSignals;
        script.Add("rt_sigprocmask", CallNumbers.SignalMask, false, SetMask, (nint)blocked, 0, 8);
        // Last, as it refuses most of the steps before it.
        if (confinement.StartFilter is { } filter)
            AddFilter(script, filter);
    }

    private static void AddFilter(PreExecProgram script, IReadOnlyList<FilterInstruction> filter)
    {
        var program = (FilterInstruction*)script.Zeroes(filter.Count * sizeof(FilterInstruction));
        for (var i = 0; i < filter.Count; i++)
            program[i] = filter[i];
        var header = (Seccomp.Program*)script.Zeroes(sizeof(Seccomp.Program));
        *header = new Seccomp.Program { Length = (ushort)filter.Count, Instructions = program };
        script.Add("seccomp", CallNumbers.Seccomp, false, Seccomp.SetModeFilter, 0, (nint)header);
    }

    private static void AddDescriptor(PreExecProgram script, SafeDescriptor from, int to) =>
        script.Add("dup3", CallNumbers.Duplicate, false, from.Value, to, 0);

    // Maps the caller's user and group to themselves, and no others: files keep their owners.
    private static void AddIdentity(PreExecProgram script)
    {
        WriteFile(script, "/proc/self/setgroups", "deny");
        var group = LibC.GetEffectiveGroupId().ToString(CultureInfo.InvariantCulture);
        WriteFile(script, "/proc/self/gid_map", $"{group} {group} 1");
        var user = LibC.GetEffectiveUserId().ToString(CultureInfo.InvariantCulture);
        WriteFile(script, "/proc/self/uid_map", $"{user} {user} 1");
    }

    // The kernel limits these per user, and also per user namespace: without this, one process could use up the user's whole share.
    private static void AddCounts(PreExecProgram script)
    {
        WriteFile(script, "/proc/sys/user/max_inotify_instances", Watches.MostInstances.ToString(CultureInfo.InvariantCulture), optional: true);
        WriteFile(script, "/proc/sys/user/max_inotify_watches", Watches.Most.ToString(CultureInfo.InvariantCulture), optional: true);
        WriteFile(script, "/proc/sys/user/max_user_namespaces", "0", optional: true);
    }

    private static void WriteFile(PreExecProgram script, string path, string text, bool optional = false)
    {
        var open = script.Add($"opening {path}", CallNumbers.OpenAt, optional, CurrentFolder, (nint)script.Text(path), WriteOnly, 0);
        var write = script.Add($"writing {path}", CallNumbers.Write, optional, 0, (nint)script.Text(text), text.Length);
        script.Pass(open, write);
    }

    private static void AddCapabilities(PreExecProgram script)
    {
        // Without privileges, these three calls may fail: only the result of capset counts.
        script.Add("prctl(PR_CAP_AMBIENT)", CallNumbers.ProcessControl, true, AmbientCapability, AmbientClearAll, 0, 0, 0);
        for (var capability = 0; capability <= LastCapability; capability++)
            script.Add("prctl(PR_CAPBSET_DROP)", CallNumbers.ProcessControl, true, DropBound, capability, 0, 0, 0);
        script.Add("prctl(PR_SET_SECUREBITS)", CallNumbers.ProcessControl, true, SetSecureBits, NoRootLocked, 0, 0, 0);
        var header = (uint*)script.Zeroes(8);
        header[0] = CapabilityVersion3;
        script.Add("capset", CallNumbers.SetCapabilities, false, (nint)header, (nint)script.Zeroes(24));
    }

    private static int LastCapability { get; } = ReadLastCapability();

    private static int ReadLastCapability()
    {
        Span<byte> text = stackalloc byte[16];
        var length = SmallFile.TryRead("/proc/sys/kernel/cap_last_cap", text);
        return length > 0 && int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < 64 ? last : 63;
    }
}
