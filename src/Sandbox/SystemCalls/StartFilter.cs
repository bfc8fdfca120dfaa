namespace ActorBrowser.Sandbox;

/// <summary>
/// The filter in force from a native child's first instruction. It allows what the loader, the C library, the runtime and the child's
/// own confinement call until the role's filter is added, and what that filter allows. The child's program may be executed once, by
/// the spawner's own instruction. Both filters stay in force; the stricter result counts.
/// </summary>
internal static class StartFilter
{
    private const uint NoSuchCall = 38;
    private const int SetDeathSignal = 1;

    /// <summary>The calls of a native program's start, from traces and the sources of glibc, musl and the runtime.</summary>
    internal static IReadOnlyList<string> Calls { get; } =
    [
        "access", "arch_prctl", "bind", "brk", "capget", "clock_getres", "clock_gettime", "clock_nanosleep", "clone", "close", "dup", "exit", "exit_group",
        "faccessat", "faccessat2", "fcntl", "fstat", "fstatfs", "futex", "get_mempolicy", "get_robust_list", "getcpu", "getcwd", "getdents64", "getegid", "geteuid",
        "getgid", "getpid", "getppid", "getrandom", "getrusage", "gettid", "getuid", "kill", "lseek", "lstat", "madvise", "membarrier", "mincore", "mlock", "mmap",
        "mprotect", "mremap", "munlock", "munmap", "nanosleep", "newfstatat", "open", "openat", "poll", "ppoll", "prctl", "pread64", "prlimit64", "read", "readlink",
        "readlinkat", "readv", "recvfrom", "recvmsg", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield",
        "seccomp", "sendmsg", "sendto", "set_robust_list", "set_tid_address", "sigaltstack", "socket", "stat", "statfs", "statx", "sysinfo", "tgkill", "uname", "write",
        "writev",
    ];

    /// <summary>Builds the filter.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="table">The processor's calls.</param>
    /// <param name="reports">Whether the role's filter reports. This filter has no listener: calls that it refuses fail with ENOSYS.</param>
    /// <param name="executesAt">The address of the spawner's <c>execve</c> instruction.</param>
    public static CallFilter Build(SandboxPolicy policy, SystemCallTable table, bool reports, nint executesAt)
    {
        // A fixed errno would hide calls that the role's filter, which has a listener, reports. Without a listener, a notification fails with ENOSYS.
        return CallFilter.Build(table, Names(policy).Select(name => RuleFor(name, policy, executesAt)), reports ? CallFilter.Notify : CallFilter.Fail | NoSuchCall);
    }

    /// <summary>The calls it allows, some only with certain arguments.</summary>
    /// <param name="policy">The policy.</param>
    internal static IEnumerable<string> Names(SandboxPolicy policy) => PolicyFilter.Allowed(policy, native: true).Union(Calls).Append("execve").Distinct(StringComparer.Ordinal);

    private static CallRule RuleFor(string name, SandboxPolicy policy, nint executesAt) => name switch
    {
        "execve" when !policy.MayExecute => CallRule.Allow(name, new CallCase(0, ArgumentIs.CallFrom(executesAt))),
        // At its start the child asks to be killed, or signalled, when its parent dies.
        "prctl" => CallRule.Allow(name, [new CallCase(0, ArgumentIs.Int(0, SetDeathSignal)), .. GuardedCalls.RuleFor(name, policy).Cases.Where(static one => one.Errno == 0)]),
        // The child measures whether it can signal its parent and open a port: Landlock, not this filter, must be what refuses that.
        "socket" => CallRule.Allow(name, [GuardedCalls.TcpSocket, .. GuardedCalls.RuleFor(name, policy).Cases.Where(static one => one.Errno == 0)]),
        "clone" => GuardedCalls.RuleFor(name, policy),
        _ when Calls.Contains(name) => CallRule.Allow(name),
        _ => WithoutSelf(GuardedCalls.RuleFor(name, policy)),
    };

    // The child's pid is not known yet; the role's filter restricts these calls to it.
    private static CallRule WithoutSelf(CallRule rule) =>
        rule.Cases.Any(static one => one.Conditions.Any(static condition => condition.IsSelf)) ? CallRule.Allow(rule.Name) : rule;
}
