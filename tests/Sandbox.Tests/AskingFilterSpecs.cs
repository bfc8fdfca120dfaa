using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>The filter of a command that asks: five calls more that the parent is asked about, and nothing else differs.</summary>
public sealed class AskingFilterSpecs
{
    private const uint Allow = 0x7fff0000;
    private const uint Notify = 0x7fc00000;

    private static readonly string[] AskedAbout = ["open", "openat", "creat", "execve", "execveat"];

    public static TheoryData<string, string> Programs => new()
    {
        { "command-none", "X64" }, { "command-read-only", "X64" }, { "command-workspace", "X64" }, { "command-networked", "X64" },
        { "command-none", "Arm64" }, { "command-read-only", "Arm64" }, { "command-workspace", "Arm64" }, { "command-networked", "Arm64" },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void What_was_allowed_is_asked_about_and_all_else_is_as_before(string profile, string processor)
    {
        var table = processor == "X64" ? SystemCallTable.X64 : SystemCallTable.Arm64;
        var policy = Profiles.Of(profile);
        var (before, asking) = (PolicyFilter.Build(policy, table, reports: true), PolicyFilter.Build(policy, table, reports: true, asks: true));
        Assert.Empty(before.CodeLines);
        foreach (var flags in new ulong[] { 0, 2, 0x40, 0x241, 0x410000, 0xc00, ulong.MaxValue })
        {
            for (var number = 0; number < 600; number++)
            {
                var old = FilterInterpreter.Run(before.Program, table.AuditArchitecture, (uint)number, flags, flags, flags, flags, 0, 0);
                var now = FilterInterpreter.Run(asking.Program, table.AuditArchitecture, (uint)number, flags, flags, flags, flags, 0, 0);
                var name = table.NameOf(number);
                Assert.Equal(old == Allow && AskedAbout.Contains(name) ? Notify : old, now);
                // The monitor tells an allowed call from a violation by the same rule.
                if (name is not null && AskedAbout.Contains(name))
                    Assert.Equal(old == Allow, PolicyFilter.Allows(policy, name, new SeccompRequest(1, 1, table.AuditArchitecture, number, flags, flags, flags, flags)));
            }
        }
    }

    [Theory]
    [InlineData(0x7f12_3400_0fffUL, Notify)]
    [InlineData(0x7f12_3400_1000UL, Allow)]
    [InlineData(0x7f12_3400_1fffUL, Allow)]
    [InlineData(0x7f12_3400_2000UL, Notify)]
    [InlineData(0x7f13_3400_1800UL, Notify)]
    [InlineData(0UL, Notify)]
    public void A_call_of_the_runner_s_own_library_is_not_asked_about(ulong from, uint verdict)
    {
        var filter = PolicyFilter.Build(Profiles.Of("command-workspace"), SystemCallTable.X64, reports: true, asks: true);
        Assert.Equal(9, filter.CodeLines.Count);
        var program = filter.Program.ToArray();
        // The second of the three ranges.
        uint[] values = [0x7f12, 0x3400_1000, 0x3400_2000];
        for (var i = 0; i < 3; i++)
            program[filter.CodeLines[3 + i]] = program[filter.CodeLines[3 + i]] with { Value = values[i] };
        const uint openat = 257;
        Assert.Equal(verdict, FilterInterpreter.RunFrom(from, program, SystemCallTable.X64.AuditArchitecture, openat));
        Assert.Equal(Notify, FilterInterpreter.RunFrom(from, filter.Program, SystemCallTable.X64.AuditArchitecture, openat));
    }

    [Fact]
    public void Without_asking_the_program_is_the_same_instruction_by_instruction() =>
        Assert.Equal(
            PolicyFilter.Build(Profiles.Of("command-workspace"), SystemCallTable.X64, reports: true).Program,
            PolicyFilter.Build(Profiles.Of("command-workspace"), SystemCallTable.X64, reports: true, asks: false).Program);

    [Fact]
    public void The_library_s_ranges_are_found() => Assert.InRange(OwnCode.Ranges().Count, 1, 3);
}
