namespace ActorBrowser.SandboxTests;

/// <summary>The programs of the shipped profiles, on both processors, run by an interpreter.</summary>
public sealed class FilterSpecs
{
    private const uint Allow = 0x7fff0000;
    private const uint Notify = 0x7fc00000;
    private const uint Kill = 0x80000000;
    private const uint Fail = 0x00050000;
    private const ulong Thread = 0x3d0f00;

    public static TheoryData<string, string> Programs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var policy in Profiles.Shipped.Profiles)
            {
                data.Add(policy.Name, "X64");
                data.Add(policy.Name, "Arm64");
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_number_ends_in_a_verdict_and_none_is_allowed_that_the_profile_does_not_name(string profile, string processor)
    {
        var table = Table(processor);
        var policy = Profiles.Of(profile);
        var filter = PolicyFilter.Build(policy, table, reports: true);
        for (var number = 0; number < 1200; number++)
        {
            var verdict = FilterInterpreter.Run(filter.Program, table.AuditArchitecture, (uint)number, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0, 0, 0);
            var name = table.NameOf(number);
            if (name is null || (!policy.SystemCalls.Contains(name) && !policy.QuietlyDenied.Contains(name)))
                Assert.Equal(Notify, verdict);
            Assert.True(verdict is Allow or Notify || (verdict & 0xffff0000) == Fail);
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Another_architecture_is_killed(string profile, string processor)
    {
        var table = Table(processor);
        var program = PolicyFilter.Build(Profiles.Of(profile), table, reports: true).Program;
        Assert.Equal(Kill, FilterInterpreter.Run(program, 0x40000003, 20));
        Assert.Equal(Kill, FilterInterpreter.Run(program, table == SystemCallTable.X64 ? SystemCallTable.Arm64.AuditArchitecture : SystemCallTable.X64.AuditArchitecture, 0));
        if (table == SystemCallTable.X64)
        {
            Assert.Equal(Kill, FilterInterpreter.Run(program, table.AuditArchitecture, 0x40000000));
            Assert.Equal(Kill, FilterInterpreter.Run(program, table.AuditArchitecture, 0xffffffff));
        }
    }

    [Theory]
    [InlineData("renderer", "clone", Allow, Thread)]
    [InlineData("renderer", "clone", Notify, 17ul)]
    [InlineData("renderer", "clone", Notify, Thread | 0x10000000)]
    [InlineData("renderer", "clone", Notify, Thread | 0x20000)]
    [InlineData("renderer", "clone3", Fail | 38, 0ul)]
    [InlineData("command-workspace", "clone", Allow, 17ul)]
    [InlineData("command-workspace", "clone", Notify, 17ul | 0x40000000)]
    [InlineData("renderer", "socket", Notify, 2ul, 1ul, 0ul)]
    [InlineData("resolver", "socket", Allow, 2ul, 1ul, 0ul)]
    [InlineData("resolver", "socket", Allow, 10ul, 0x80801ul, 6ul)]
    [InlineData("resolver", "socket", Allow, 2ul, 2ul, 17ul)]
    [InlineData("resolver", "socket", Notify, 2ul, 3ul, 1ul)]
    [InlineData("resolver", "socket", Notify, 2ul, 2ul, 1ul)]
    [InlineData("resolver", "socket", Notify, 17ul, 3ul, 0ul)]
    [InlineData("resolver", "socket", Notify, 40ul, 1ul, 0ul)]
    [InlineData("resolver", "socket", Fail | 13, 1ul, 1ul, 0ul)]
    [InlineData("resolver", "socket", Fail | 13, 16ul, 3ul, 0ul)]
    [InlineData("resolver", "socket", Notify, 16ul, 3ul, 12ul)]
    [InlineData("resolver", "socket", Allow, 0x1_0000_0002ul, 1ul, 0ul)]
    [InlineData("resolver", "bind", Notify, 0ul)]
    [InlineData("resolver", "listen", Notify, 0ul)]
    [InlineData("network", "socket", Fail | 1, 2ul, 1ul, 0ul)]
    [InlineData("network", "connect", Notify, 3ul)]
    [InlineData("network", "setsockopt", Notify, 3ul, 6ul, 1ul)]
    [InlineData("renderer", "openat", Allow, 0ul, 0ul, 0x80000ul)]
    [InlineData("renderer", "openat", Fail | 13, 0ul, 0ul, 0x2ul)]
    [InlineData("renderer", "openat", Notify, 0ul, 0ul, 0x41ul)]
    [InlineData("renderer", "openat", Notify, 0ul, 0ul, 0x410002ul)]
    [InlineData("command-workspace", "ioctl", Allow, 0ul, 0x5401ul)]
    [InlineData("command-workspace", "ioctl", Notify, 0ul, 0x5412ul)]
    [InlineData("command-workspace", "ioctl", Notify, 0ul, 0x1_0000_5412ul)]
    [InlineData("renderer", "ioctl", Notify, 0ul, 0x5412ul)]
    [InlineData("renderer", "ioctl", Notify, 0ul, 0x89f0ul)]
    [InlineData("command-networked", "listen", Fail | 13, 3ul, 1ul)]
    [InlineData("command-workspace", "socketpair", Allow, 1ul, 0x80001ul)]
    [InlineData("command-workspace", "socketpair", Fail | 13, 1ul, 2ul)]
    [InlineData("command-workspace", "socketpair", Fail | 13, 1ul, 3ul)]
    [InlineData("resolver", "sendto", Allow, 3ul, 0ul, 0ul, 0x4000ul)]
    [InlineData("resolver", "sendto", Fail | 1, 3ul, 0ul, 0ul, 0x20000000ul)]
    [InlineData("command-networked", "sendmsg", Fail | 1, 3ul, 0ul, 0x20004000ul)]
    [InlineData("command-networked", "sendmmsg", Fail | 1, 3ul, 0ul, 1ul, 0x20000000ul)]
    [InlineData("command-workspace", "prlimit64", Allow, 0ul, 7ul)]
    [InlineData("command-workspace", "prlimit64", Notify, 4711ul, 0ul)]
    [InlineData("command-workspace", "setpriority", Fail | 1, 0ul, 4711ul)]
    [InlineData("command-workspace", "setpriority", Allow, 0ul, 0ul, 5ul)]
    [InlineData("command-workspace", "sched_setaffinity", Fail | 1, 4711ul)]
    [InlineData("command-workspace", "clock_gettime", Allow, 1ul)]
    [InlineData("command-workspace", "clock_gettime", Allow, 0xfffffffaul)]
    [InlineData("command-workspace", "clock_gettime", Fail | 1, 0xffff6ccaul)]
    [InlineData("command-workspace", "prctl", Allow, 1ul, 9ul)]
    [InlineData("command-workspace", "prctl", Fail | 1, 1ul, 0ul)]
    [InlineData("renderer", "prctl", Notify, 1ul, 0ul)]
    [InlineData("renderer", "prctl", Allow, 15ul)]
    [InlineData("renderer", "prctl", Allow, 4ul, 0ul)]
    [InlineData("renderer", "prctl", Notify, 4ul, 1ul)]
    [InlineData("renderer", "prctl", Notify, 22ul)]
    [InlineData("renderer", "fcntl", Notify, 0ul, 8ul)]
    [InlineData("command-workspace", "fcntl", Allow, 0ul, 1030ul)]
    [InlineData("command-workspace", "fcntl", Fail | 1, 0ul, 1024ul, 0ul)]
    [InlineData("command-workspace", "fchmod", Allow, 3ul, 0x1edul)]
    [InlineData("command-workspace", "fchmod", Fail | 1, 3ul, 0x9edul)]
    [InlineData("command-workspace", "fchmodat", Fail | 1, 0ul, 0ul, 0x5edul)]
    [InlineData("command-workspace", "fchmodat2", Fail | 1, 0ul, 0ul, 0x9edul)]
    [InlineData("command-workspace", "mknodat", Allow, 0ul, 0ul, 0x81a4ul)]
    [InlineData("command-workspace", "mknodat", Fail | 1, 0ul, 0ul, 0x89a4ul)]
    [InlineData("command-workspace", "openat", Allow, 0ul, 0ul, 0x41ul, 0x1edul)]
    [InlineData("command-workspace", "openat", Allow, 0ul, 0ul, 0x2ul, 0xffful)]
    [InlineData("command-workspace", "openat", Fail | 1, 0ul, 0ul, 0x41ul, 0x9edul)]
    [InlineData("command-workspace", "openat", Fail | 1, 0ul, 0ul, 0x410002ul, 0x9edul)]
    [InlineData("command-workspace", "openat2", Fail | 38, 0ul, 0ul)]
    [InlineData("command-workspace", "execve", Allow, 0ul)]
    [InlineData("renderer", "execve", Notify, 0ul)]
    [InlineData("command-workspace", "execveat", Notify, 0ul)]
    [InlineData("command-workspace", "unshare", Notify, 0ul)]
    [InlineData("command-workspace", "personality", Allow, 0xfffffffful)]
    [InlineData("command-workspace", "personality", Notify, 0x0400000ul)]
    public void A_call_s_arguments_decide(string profile, string call, uint verdict, params ulong[] arguments)
    {
        foreach (var table in new[] { SystemCallTable.X64, SystemCallTable.Arm64 })
        {
            Assert.True(table.TryGetNumber(call, out var number));
            var program = PolicyFilter.Build(Profiles.Of(profile), table, reports: true).Program;
            Assert.Equal(verdict, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, arguments));
        }
    }

    [Fact]
    public void A_process_may_signal_itself_only()
    {
        var table = SystemCallTable.X64;
        var filter = PolicyFilter.Build(Profiles.Of("renderer"), table, reports: true);
        var program = filter.Program.ToArray();
        Assert.NotEmpty(filter.SelfLines);
        foreach (var line in filter.SelfLines)
            program[line] = program[line] with { Value = 4711 };
        Assert.True(table.TryGetNumber("tgkill", out var number));
        Assert.Equal(Allow, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, 4711, 4712, 34));
        Assert.Equal(Notify, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, 1, 1, 9));
        Assert.Equal(Notify, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, 4711, 4712, 6));
        Assert.True(table.TryGetNumber("kill", out number));
        Assert.Equal(Allow, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, 4711, 15));
        Assert.Equal(Notify, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, 0, 15));
        Assert.Equal(Notify, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, ulong.MaxValue, 15));
    }

    [Fact]
    public void Without_somebody_to_tell_a_violation_is_no_permission()
    {
        var program = PolicyFilter.Build(Profiles.Of("renderer"), SystemCallTable.X64, reports: false).Program;
        Assert.Equal(Fail | 1, FilterInterpreter.Run(program, SystemCallTable.X64.AuditArchitecture, 321));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_listing_has_a_line_for_every_instruction_and_names_the_calls(string profile, string processor)
    {
        var filter = PolicyFilter.Build(Profiles.Of(profile), Table(processor), reports: true);
        var listing = FilterListing.Of(filter);
        Assert.Equal(filter.Program.Count, listing.Count);
        Assert.Contains(listing, static line => line.Contains("openat", StringComparison.Ordinal));
        Assert.Contains(listing, static line => line.EndsWith("allow", StringComparison.Ordinal));
        Assert.Contains(listing, static line => line.EndsWith("kill the process", StringComparison.Ordinal));
    }

    private static SystemCallTable Table(string processor) => processor == "X64" ? SystemCallTable.X64 : SystemCallTable.Arm64;
}
