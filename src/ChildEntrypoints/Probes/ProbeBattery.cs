using System.Runtime.CompilerServices;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser.ChildEntrypoints.Probes;

/// <summary>One attempt from inside a sandbox.</summary>
/// <param name="Name">A short name.</param>
/// <param name="Protection">The protection that it tests, as a sentence that is true if the attempt fails.</param>
/// <param name="Attempt">Returns 0 if it worked, otherwise the errno.</param>
/// <param name="IsAllowed">Whether a profile allows it, so that the attempt proves nothing.</param>
internal sealed record Probe(string Name, string Protection, Func<ProbeTargets, int> Attempt, Func<SandboxPolicy, bool> IsAllowed)
{
    // A pid is always below 2 to the power of 22.
    private const int NoProcess = 1 << 22;
    private static readonly int[] Refusals = [1, 2, 3, 13, 20, 30, 38, 97, 101, 111];

    /// <summary>Makes the attempt.</summary>
    /// <param name="to">The targets, as the parent sees them.</param>
    /// <returns>0 if it worked, otherwise the errno.</returns>
    public int Try(ProbeTargets to) => Attempt(to with { ParentId = Another(to.ParentId), SiblingId = Another(to.SiblingId) });

    // In a pid namespace, a thread of this process may have the number that the parent has outside; the parent of a container often has a small one.
    private static int Another(int process) => Attempts.Call("tgkill", Environment.ProcessId, process, 0) == 0 ? NoProcess : process;

    /// <summary>Whether an errno shows that the sandbox refused: no permission, no such call, or no such process, path, network or peer.</summary>
    /// <param name="errno">The errno of the attempt.</param>
    public static bool IsRefusal(int errno) => Array.IndexOf(Refusals, errno) >= 0;
}

/// <summary>The attempts that a child makes to test its own sandbox.</summary>
internal static class ProbeBattery
{
    private const int NewUser = 0x10000000;
    private const int NewHostName = 0x4000000;

    /// <summary>Every probe that does not end the process.</summary>
    public static IReadOnlyList<Probe> All { get; } =
    [
        State("no-new-privs", "no program can gain privileges", static () => CurrentProcess.HasNoNewPrivileges),
        State("seccomp", "system calls are filtered", static () => CurrentProcess.SeccompMode == 2),
        State("capabilities", "it has no capability", static () => CurrentProcess.Capabilities is (0, 0)),
        State("dumpable", "other processes of its user cannot look into it", static () => !CurrentProcess.IsDumpable),
        State("death-signal", "it dies with its parent", static () => ProbeRole.DeathSignal != 0),
        State("canary", "the parent's environment stays with the parent", static () => Environment.GetEnvironmentVariable(ProbeTargets.Canary) is null),
        Never("descriptors", "it has none of the parent's descriptors", Attempts.InheritedDescriptor),

        Reading("secret-file", "it cannot read a file of its user", static to => Attempts.Read(to.SecretFile)),
        Reading("dot-dot", "it cannot leave an allowed folder by ..", static to => Attempts.Read("/usr/lib/../.." + to.SecretFile)),
        Reading("proc-root", "it cannot leave by /proc/self/root", static to => Attempts.Read("/proc/self/root" + to.SecretFile)),
        Reading("proc-cwd", "it cannot leave by /proc/self/cwd", static to => Attempts.Read("/proc/self/cwd/../../../../../../../../.." + to.SecretFile)),
        Never("parent-environment", "it cannot read the parent's environment", static to => Attempts.Read($"/proc/{to.ParentId}/environ")),
        Never("parent-memory", "it cannot read the parent's memory", static to => Attempts.Read($"/proc/{to.ParentId}/mem")),
        Never("parent-maps", "it cannot see the parent's address space", static to => Attempts.Read($"/proc/{to.ParentId}/maps")),
        Never("sibling-environment", "it cannot read another child's environment", static to => Attempts.Read($"/proc/{to.SiblingId}/environ")),
        Never("kernel-memory", "it cannot read /dev/mem", static _ => Attempts.Read("/dev/mem")),
        Never("disk", "it cannot write to a disk", static _ => Attempts.Write("/dev/sda") is 2 ? Attempts.Write("/dev/vda") : Attempts.Write("/dev/sda")),
        Never("kernel-log", "it cannot write to the kernel's log", static _ => Attempts.Write("/dev/kmsg")),
        Never("kernel-settings", "it cannot change kernel settings", static _ => Attempts.Write("/proc/sys/kernel/core_pattern")),
        Writing("write-folder", "it cannot write to a folder of its user", static to => Attempts.MakeFileIn(to.Folder), static policy => policy.Files.Any(static rule => rule.Path == "/" && rule.Rights.HasFlag(FileRights.Write))),
        Never("write-root", "it cannot write to /", static _ => Attempts.MakeFileIn("/")),
        Never("write-usr", "it cannot write to /usr", static _ => Attempts.MakeFileIn("/usr")),
        Never("write-etc", "it cannot write to /etc", static _ => Attempts.MakeFileIn("/etc")),
        Never("write-tmp", "it cannot write to the machine's folder for temporary files", static to => Attempts.MakeFileBeside(to.TemporaryFile)),
        Never("debugger-pipe", "it cannot write to the debugger pipe of the parent's runtime", static to => NeighbourAttempts.OpenDebuggerPipe(to.ParentId)),
        Never("write-shm", "it cannot write to the machine's /dev/shm", static to => Attempts.MakeFileBeside(to.SharedFile)),
        Never("device-node", "it cannot make a device", static to => Attempts.MakeDevice(to.Folder)),

        Never("file-mode", "it cannot change the mode of a file outside its folder", static to => OutsideAttempts.KeepMode(to.SecretFile)),
        Never("file-times", "it cannot change the times of a file outside its folder", static to => OutsideAttempts.SetTimes(to.SecretFile)),
        Never("file-attributes", "it cannot set attributes of a file outside its folder", static to => OutsideAttempts.SetAttribute(to.SecretFile)),
        Outside("file-status", "it cannot see that a file outside its folder exists", static to => OutsideAttempts.Look(to.SecretFile)),
        Never("set-user-id", "it cannot make a file set-user-id, not even in its folder", static to => FileAttempts.SetUserId(to.Workspace)),
        Never("set-user-id-new", "it cannot create a file set-user-id", static to => FileAttempts.CreateSetUserId(to.Workspace)),
        Never("lease", "it cannot delay other processes that open a file", static _ => FileAttempts.Lease()),
        Never("protected-name", "it cannot change files in its folder that other programs run", static to => Attempts.Write(to.ProtectedFile)),
        Never("other-terminal", "it cannot open another terminal of its user", static to => OutsideAttempts.OpenTerminal(to.Terminal)),
        Outside("other-process", "it cannot see that another process exists", static to => OutsideAttempts.Look($"/proc/{to.ParentId}")),

        Execution("fork", "it cannot start a process", static _ => Attempts.Fork(), static policy => policy.MayFork),
        Execution("exec", "it cannot execute another program", static _ => Attempts.CallWithText("execve", 0, "/nonexistent/program", 0, 0, 0) is var errno && errno == 2 ? 0 : errno, static policy => policy.MayExecute),
        Never("exec-descriptor", "it cannot execute a file without a name", static _ => Attempts.ExecuteMemory()),
        Execution("exec-memory", "it cannot execute a file in memory", static _ => Attempts.ExecuteMemoryByName(), static policy => policy.MayExecute),
        Never("user-namespace", "it cannot make a user namespace", static _ => Attempts.Call("unshare", NewUser)),
        Never("unshare", "it cannot make a namespace", static _ => Attempts.Call("unshare", NewHostName)),
        Never("setns", "it cannot enter a namespace", static _ => Attempts.Call("setns", -1, 0)),
        Never("mount", "it cannot mount", static _ => Attempts.CallWithText("mount", 1, "/nonexistent-folder", 0, 0, 0, 0x1000, 0) is var errno && errno == 2 ? 0 : errno),
        Never("pivot-root", "it cannot change its root", static _ => Attempts.CallWithText("chroot", 0, "/")),

        Network("tcp-connect", "it cannot connect to a TCP port", static to => Attempts.ConnectTcp(to.TcpPort), static policy => policy is { TcpPorts: null, HasNamedEgress: false }),
        Never("tcp-listen", "it cannot take a TCP port", static _ => Attempts.BindTcp()),
        Network("udp", "it cannot send datagrams", static _ => Attempts.Socket(2, 2, 0), static policy => policy.MaySendDatagrams),
        Never("raw-socket", "it cannot send raw packets", static _ => Attempts.Socket(2, 3, 1)),
        Never("ping-socket", "it cannot send pings", static _ => Attempts.Socket(2, 2, 1)),
        Never("packet-socket", "it cannot see the network's packets", static _ => Attempts.Socket(17, 3, 0x300)),
        Never("netlink", "it cannot ask the kernel about the network", static _ => Attempts.Socket(16, 3, 0)),
        Never("vsock", "it cannot reach the host's machine", static _ => Attempts.Socket(40, 1, 0)),
        Never("crypto-socket", "it cannot reach the kernel's cryptography", static _ => Attempts.Socket(38, 5, 0)),
        Never("unix-socket", "it cannot connect to a Unix socket", static to => Attempts.ConnectUnix(to.SocketPath, isAbstract: false)),
        Never("abstract-socket", "it cannot connect to an abstract Unix socket", static to => Attempts.ConnectUnix(to.AbstractName, isAbstract: true)),

        Never("system-v-memory", "it cannot find its user's System V memory", ProbeSegment.Find),
        Never("datagram-pair", "it cannot send a datagram to a Unix socket through a socket pair", static to => NeighbourAttempts.SendFromPair(to.SocketPath)),
        Never("fast-open", "it cannot connect by TCP fast open", static to => NeighbourAttempts.FastOpen(to.TcpPort)),
        Never("listen", "it cannot take a port by listening", static _ => NeighbourAttempts.Listen()),

        Never("signal-parent", "it cannot signal the parent", static to => Attempts.Call("kill", to.ParentId, 0)),
        Never("signal-sibling", "it cannot signal another child", static to => Attempts.Call("kill", to.SiblingId, 0)),
        Never("ptrace", "it cannot trace", static to => Attempts.Call("ptrace", 0x4206, to.ParentId, 0, 0) is var errno && errno == 0 ? Detach(to) : errno),
        Never("read-process", "it cannot read the parent's memory directly", static to => Attempts.Call("process_vm_readv", to.ParentId, 0, 0, 0, 0, 0)),
        Never("write-process", "it cannot write the parent's memory directly", static to => Attempts.Call("process_vm_writev", to.ParentId, 0, 0, 0, 0, 0)),
        Never("take-descriptor", "it cannot take the parent's descriptors", static to => Attempts.Call("pidfd_getfd", -1, 0, 0)),
        Never("kcmp", "it cannot compare processes", static to => Attempts.Call("kcmp", to.ParentId, to.ParentId, 1, 0, 0)),
        Never("advise-process", "it cannot steer the parent's memory", static to => Attempts.Call("process_madvise", -1, 0, 0, 0, 0)),
        Never("limit-parent", "it cannot read or set the parent's limits", static to => NeighbourAttempts.ReadLimit(to.ParentId)),
        Never("affinity-parent", "it cannot set the processors that the parent runs on", static to => NeighbourAttempts.KeepAffinity(to.ParentId)),
        Never("priority-parent", "it cannot change the parent's priority", static to => NeighbourAttempts.KeepPriority(to.ParentId)),
        Never("clock-parent", "it cannot read how much processor time the parent has used", static to => NeighbourAttempts.ReadClock(to.ParentId)),
        Never("outlive-parent", "it cannot ask to outlive its parent", static _ => NeighbourAttempts.OutliveParent()),
        Never("priority", "it cannot take the processor for itself", static _ => Attempts.CallWithBytes("sched_setscheduler", 2, [1, 0, 0, 0], 0, 1, 0)),

        Never("io-uring", "it cannot use io_uring", static _ => Attempts.Call("io_uring_setup", 1, 0)),
        Never("keyring", "it cannot use the kernel's keys", static _ => Attempts.Call("keyctl", 0, -3, 0)),
        Never("add-key", "it cannot store a key in the kernel", static _ => Attempts.Call("add_key", 0, 0, 0, 0, -3)),
        Never("bpf", "it cannot load a kernel program", static _ => Attempts.Call("bpf", 0, 0, 0)),
        Never("perf", "it cannot use performance counters", static _ => Attempts.Call("perf_event_open", 0, 0, -1, -1, 0)),
        Never("userfaultfd", "it cannot handle page faults", static _ => Attempts.Call("userfaultfd", 1)),
        Never("modules", "it cannot load a kernel module", static _ => Attempts.Call("init_module", 0, 0, 0)),
        Never("kexec", "it cannot load another kernel", static _ => Attempts.Call("kexec_load", 0, 0, 0, -1)),
        Never("reboot", "it cannot restart the machine", static _ => Attempts.Call("reboot", 0, 0, 0, 0)),
        Never("swap", "it cannot change the swap space", static _ => Attempts.CallWithText("swapon", 0, "/nonexistent", 0, 0) is var errno && errno == 2 ? 0 : errno),
        Never("clock", "it cannot set the clock", static _ => Attempts.Call("clock_settime", 0, 0)),
        Never("file-handles", "it cannot open files by handle", static _ => Attempts.Call("open_by_handle_at", -1, 0, 0)),
        Never("kernel-messages", "it cannot read the kernel's messages", static _ => Attempts.Call("syslog", 10, 0, 0)),
        Never("watch-files", "it cannot watch the file system", static _ => Attempts.Call("fanotify_init", 0, 0)),
        Never("terminal-input", "it cannot type into a terminal", static _ => Attempts.CallWithBytes("ioctl", 2, "x"u8, 0, 0x5412, 0)),
        Never("terminal-input-high", "it cannot hide that request in the upper half of the request number", static _ => Attempts.CallWithBytes("ioctl", 2, "x"u8, 0, unchecked((nint)0x1_0000_5412), 0)),
        Never("unknown-call", "an unknown system call is refused", static _ => (int)-RawSystemCall.Invoke(9999)),
        NewCode("code-anonymous", "it cannot make memory for code", static _ => CodeAttempts.MapAnonymous()),
        NewCode("code-changed", "it cannot make memory executable that it has written", static _ => CodeAttempts.Protect()),
        NewCode("code-by-key", "it cannot make memory executable with a protection key", static _ => CodeAttempts.ProtectByKey()),
        NewCode("code-in-file", "it cannot map a file in memory as code", static _ => CodeAttempts.MapMemoryFile()),
        NewCode("code-remapped", "it cannot map a file's pages anew, with another protection", static _ => CodeAttempts.RemapFile()),
        NewCode("code-shared", "it cannot attach shared memory as code", static _ => CodeAttempts.AttachShared()),
        State("own-memory", "it cannot write its own code through /proc", static () => Attempts.Write("/proc/self/mem") is not 0),
    ];

    private static int Detach(ProbeTargets to)
    {
        Attempts.Call("ptrace", 17, to.ParentId, 0, 0);
        return 0;
    }

    private static Probe State(string name, string protection, Func<bool> holds) => new(name, protection, _ => holds() ? 1 : 0, name == "own-memory" ? static policy => policy.MayExecute : static _ => false);

    private static Probe Never(string name, string protection, Func<ProbeTargets, int> attempt) => new(name, protection, attempt, static _ => false);

    // Landlock has no right for stat: without a separate mount namespace, a child sees which files exist.
    private static Probe Outside(string name, string protection, Func<ProbeTargets, int> attempt) => new(name, protection, attempt, static policy => !policy.WantsWorld);

    // A JIT child has to make code. Children are native if this program is.
    private static Probe NewCode(string name, string protection, Func<ProbeTargets, int> attempt) =>
        new(name, protection, attempt, static policy => RuntimeFeature.IsDynamicCodeSupported || !policy.Wants(SandboxLayer.NoNewCode));

    private static Probe Reading(string name, string protection, Func<ProbeTargets, int> attempt) =>
        new(name, protection, attempt, static policy => policy.Files.Any(static rule => rule.Path == "/" && rule.Rights.HasFlag(FileRights.Read)));

    private static Probe Writing(string name, string protection, Func<ProbeTargets, int> attempt, Func<SandboxPolicy, bool> isAllowed) => new(name, protection, attempt, isAllowed);

    private static Probe Execution(string name, string protection, Func<ProbeTargets, int> attempt, Func<SandboxPolicy, bool> isAllowed) => new(name, protection, attempt, isAllowed);

    private static Probe Network(string name, string protection, Func<ProbeTargets, int> attempt, Func<SandboxPolicy, bool> isAllowed) => new(name, protection, attempt, isAllowed);
}
