namespace ActorBrowser.Sandbox;

/// <summary>
/// Calls whose arguments matter: naming one in a profile allows only its harmless uses; the rest of the policy may allow more. The
/// filter compares the lower 32 bits of an int, like the kernel, so the upper bits make no difference to an attacker.
/// </summary>
internal static class GuardedCalls
{
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int NoSuchCall = 38;

    private const ulong NewNamespaces = 0x7e020000;
    private const ulong ThreadFlags = 0x100 | 0x800 | 0x10000;
    private const ulong TraceFlags = 0x2000;
    private const ulong OpenForChange = 0x3 | 0x40 | 0x200 | 0x400000;
    private const ulong MakesFiles = 0x40 | 0x200 | 0x400000;
    private const ulong SocketFlags = 0x80800;
    private const int SocketLevel = 1;
    private const int Linger = 13;
    private const int Unix = 1;
    private const int Internet = 2;
    private const int Internet6 = 10;
    private const int Netlink = 16;
    private const int Stream = 1;
    private const int SequencedPacket = 5;
    private const ulong FastOpen = 0x20000000;
    private const int SetDeathSignal = 1;
    private const int KillSignal = 9;
    private const ulong SetIdBits = 0xc00;
    private const int SetLease = 1024;

    // Another process's clock is (−pid − 1) × 8; the caller's own clock uses the pid 0.
    private const ulong ForeignClock = 0x80000000;
    private const long OwnClocks = 0xfffffff8;

    /// <summary>Options that only read, or only give something up.</summary>
    private static readonly long[] ProcessControls = [2, 3, 15, 16, 21, 23, 27, 30, 38, 39, 0x53564d41];

    private static readonly long[] TerminalRequests = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];

    // TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSETD and TIOCSSERIAL inject input into a terminal, or take it over.
    private static readonly long[] TerminalAttacks = [0x5412, 0x541c, 0x541d, 0x5423, 0x541f];

    private static readonly long[] DescriptorCommands = [0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032, 1033, 1034];

    /// <summary>A TCP socket for IPv4.</summary>
    internal static CallCase TcpSocket { get; } = Socket(Internet, Stream, 0);

    /// <summary>Returns the rule for a call that a profile names.</summary>
    internal static CallRule RuleFor(string name, SandboxPolicy policy) => name switch
    {
        // Its flags are in memory, where no filter sees them; without it the C library uses clone.
        "clone3" => CallRule.Refuse(name, NoSuchCall),
        "clone" => CallRule.Allow(name, policy.MayFork
            ? new CallCase(0, ArgumentIs.Without(0, NewNamespaces | TraceFlags))
            : new CallCase(0, ArgumentIs.With(0, ThreadFlags), ArgumentIs.Without(0, NewNamespaces | TraceFlags))),
        "open" => Opening(name, 1, policy),
        "openat" => Opening(name, 2, policy),
        // Its flags and mode are in memory, where no filter sees them.
        "openat2" => CallRule.Refuse(name, NoSuchCall),
        // A set-user-id file in the workspace would outlive the command, and any user of the machine could run it.
        "chmod" or "fchmod" or "creat" or "mknod" => WithoutFlag(name, 1, SetIdBits),
        "fchmodat" or "fchmodat2" or "mknodat" => WithoutFlag(name, 2, SetIdBits),
        "socket" => CallRule.Allow(name, [.. Sockets(policy)]),
        // A datagram socket of a pair can send to any path, bypassing Landlock. The kernel treats SOCK_RAW like SOCK_DGRAM here.
        "socketpair" => CallRule.Allow(name, Pair(Stream), Pair(SequencedPacket), new CallCase(AccessDenied, ArgumentIs.Int(0, Unix))),
        // TCP fast open connects without connect(), the call that Landlock restricts.
        "sendto" or "sendmmsg" => WithoutFlag(name, 3, FastOpen),
        "sendmsg" => WithoutFlag(name, 2, FastOpen),
        // A role without a network gets sockets from its parent: it may close one with a reset, and change nothing else.
        "setsockopt" when !policy.MayConnect && !policy.MaySendDatagrams && !policy.MayExecute => CallRule.Allow(name, new CallCase(0, ArgumentIs.Int(1, SocketLevel), ArgumentIs.Int(2, Linger))),
        // An unbound socket that listens is given a port, which Landlock does not see.
        "listen" => CallRule.Refuse(name, AccessDenied),
        "ioctl" when policy.MayUseTerminals => CallRule.Allow(name, new CallCase(0, [.. TerminalAttacks.Select(static request => ArgumentIs.Not(1, request))])),
        "ioctl" => CallRule.Allow(name, [.. AnyOf(1, TerminalRequests)]),
        // Programs that it starts may use every option except those that rewrite the memory map or keep a process alive after its parent.
        "prctl" when policy.MayExecute => CallRule.Allow(name,
            new CallCase(0, ArgumentIs.Int(0, SetDeathSignal), ArgumentIs.Int(1, KillSignal)),
            new CallCase(NotPermitted, ArgumentIs.Int(0, SetDeathSignal)),
            new CallCase(0, ArgumentIs.Not(0, 35))),
        "prctl" => CallRule.Allow(name, [.. AnyOf(0, ProcessControls), new CallCase(0, ArgumentIs.Int(0, 4), ArgumentIs.Int(1, 0))]),
        "fcntl" when !policy.MayExecute => CallRule.Allow(name, [.. AnyOf(1, DescriptorCommands)]),
        // A process that opens a leased file waits for the lease's holder, for up to 45 seconds.
        "fcntl" => CallRule.Allow(name, new CallCase(0, ArgumentIs.Not(1, SetLease)), new CallCase(NotPermitted)),
        // A runner's commands inherit its filter, in which the own pid would be the runner's.
        "prlimit64" when policy.MayFork => CallRule.Allow(name, new CallCase(0, ArgumentIs.Int(0, 0))),
        "prlimit64" => CallRule.Allow(name, new CallCase(0, ArgumentIs.Int(0, 0)), new CallCase(0, ArgumentIs.Self(0))),
        // These calls can affect other processes of the user; only the calling process or thread is allowed.
        "sched_setaffinity" or "sched_setattr" or "sched_setparam" => OfItself(name, 0),
        // MSBuild gives each of its threads the ordinary policy (SCHED_OTHER), by the thread's own number.
        "sched_setscheduler" => CallRule.Allow(name, new CallCase(0, ArgumentIs.Int(0, 0)), new CallCase(0, ArgumentIs.Int(1, 0)), new CallCase(NotPermitted)),
        "setpriority" or "ioprio_set" => CallRule.Allow(name, new CallCase(0, ArgumentIs.Int(0, OwnPriority(name)), ArgumentIs.Int(1, 0)), new CallCase(NotPermitted)),
        "clock_gettime" or "clock_getres" or "clock_nanosleep" or "timer_create" => CallRule.Allow(name,
            new CallCase(0, ArgumentIs.Without(0, ForeignClock)),
            new CallCase(0, new ArgumentIs(0, OwnClocks, (ulong)OwnClocks)),
            new CallCase(NotPermitted)),
        // The C library calls this to abort. The first process of a pid namespace does not get the signal and dies of another one,
        // so the parent is asked, to report the real reason.
        "tgkill" when !policy.MayFork => CallRule.Allow(name, new CallCase(0, ArgumentIs.Self(0), ArgumentIs.Not(2, Violations.AbortSignal))),
        "kill" or "rt_sigqueueinfo" or "rt_tgsigqueueinfo" when !policy.MayFork => CallRule.Allow(name, new CallCase(0, ArgumentIs.Self(0))),
        "personality" => CallRule.Allow(name, [.. AnyOf(0, [0, 8, 0x20000, 0x20008, 0xffffffff])]),
        _ => CallRule.Allow(name),
    };

    /// <summary>Returns the rule for a call that a profile refuses without a report.</summary>
    internal static CallRule Refusal(string name) => CallRule.Refuse(name, name is "clone3" or "openat2" or "io_uring_setup" ? NoSuchCall : PathCalls.Contains(name) ? AccessDenied : NotPermitted);

    private static CallRule Opening(string name, int flags, SandboxPolicy policy) => policy.MayWrite
        ? CallRule.Allow(name, new CallCase(0, ArgumentIs.Without(flags + 1, SetIdBits)), new CallCase(0, ArgumentIs.Without(flags, MakesFiles)), new CallCase(NotPermitted))
        // To name a thread the C library opens a file in /proc for writing, and continues if that fails; creating files is reported.
        : CallRule.Allow(name, new CallCase(0, ArgumentIs.Without(flags, OpenForChange)), new CallCase(AccessDenied, ArgumentIs.Without(flags, MakesFiles)));

    private static CallRule OfItself(string name, int argument) => CallRule.Allow(name, new CallCase(0, ArgumentIs.Int(argument, 0)), new CallCase(NotPermitted));

    // PRIO_PROCESS is 0, IOPRIO_WHO_PROCESS is 1.
    private static long OwnPriority(string name) => name == "setpriority" ? 0 : 1;

    private static CallRule WithoutFlag(string name, int argument, ulong flag) =>
        CallRule.Allow(name, new CallCase(0, ArgumentIs.Without(argument, flag)), new CallCase(NotPermitted));

    private static CallCase Pair(int type) => new(0, ArgumentIs.Int(0, Unix), new ArgumentIs(1, 0xffffffff & ~SocketFlags, (ulong)type));

    private static IEnumerable<CallCase> Sockets(SandboxPolicy policy)
    {
        foreach (var domain in new[] { Internet, Internet6 })
        {
            if (policy.MayConnect)
            {
                yield return Socket(domain, type: 1, protocol: 0);
                yield return Socket(domain, type: 1, protocol: 6);
            }
            if (policy.MaySendDatagrams)
            {
                yield return Socket(domain, type: 2, protocol: 0);
                yield return Socket(domain, type: 2, protocol: 17);
            }
        }
        // The C library first asks the name cache and lists the addresses, and continues if that fails.
        yield return new CallCase(AccessDenied, ArgumentIs.Int(0, Unix));
        yield return new CallCase(AccessDenied, ArgumentIs.Int(0, Netlink), ArgumentIs.Int(2, 0));
    }

    private static CallCase Socket(int domain, int type, int protocol) => new(
        0, ArgumentIs.Int(0, domain), new ArgumentIs(1, 0xffffffff & ~SocketFlags, (ulong)type), ArgumentIs.Int(2, protocol));

    private static IEnumerable<CallCase> AnyOf(int argument, long[] values) => values.Select(value => new CallCase(0, ArgumentIs.Int(argument, value)));
}
