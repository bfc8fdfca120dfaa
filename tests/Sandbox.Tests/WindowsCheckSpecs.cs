using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>What is made of Windows' answers about a child's layers; the answers themselves are asked for in tests/Windows.Tests.</summary>
[Trait("Tier", "Fast")]
public sealed class WindowsCheckSpecs
{
    private const ulong Win32k = WindowsMitigations.NoWin32k;

    // Each policy's number, with every flag that a child may be given.
    private static readonly Dictionary<int, uint> All = new() { [1] = 5, [2] = 1, [3] = 3, [4] = 1, [6] = 1, [10] = 3, [13] = 1 };

    [Fact]
    public void Mitigations_are_there_only_if_each_that_was_asked_for_is()
    {
        var asked = WindowsMitigations.Of(isNative: true) | Win32k;
        Assert.Null(WindowsMitigations.Missing(asked, isAlone: true, FlagsOf(All)));
        foreach (var (policy, flags) in All)
        {
            for (var flag = 1U; flag <= flags; flag <<= 1)
            {
                if ((flags & flag) == 0)
                    continue;
                var without = new Dictionary<int, uint>(All) { [policy] = flags & ~flag };
                var problem = WindowsMitigations.Missing(asked, isAlone: true, FlagsOf(without));
                Assert.True(problem is not null && !problem.Contains(',', StringComparison.Ordinal), $"policy {policy} without {flag}: {problem}");
            }
        }
    }

    [Fact]
    public void A_mitigation_that_was_not_asked_for_is_not_missed()
    {
        var jit = WindowsMitigations.Of(isNative: false);
        Assert.Null(WindowsMitigations.Missing(jit, isAlone: false, FlagsOf(new Dictionary<int, uint>(All) { [2] = 0, [4] = 0, [13] = 0 })));
        Assert.Equal("it does not have: no child processes", WindowsMitigations.Missing(jit, isAlone: true, FlagsOf(new Dictionary<int, uint>(All) { [13] = 0 })));
        Assert.Equal("it does not have: no new code", WindowsMitigations.Missing(WindowsMitigations.Of(isNative: true), isAlone: false, FlagsOf(new Dictionary<int, uint>(All) { [2] = 0 })));
    }

    [Fact]
    public void A_mitigation_of_which_no_policy_tells_is_missing() =>
        Assert.Equal("it does not have: 0x10000000000, of which no policy tells", WindowsMitigations.Missing(1UL << 40, isAlone: false, FlagsOf(All)));

    [Fact]
    public void A_system_that_answers_nothing_gives_no_mitigation() =>
        Assert.Equal(9, WindowsMitigations.Missing(WindowsMitigations.Of(isNative: true) | Win32k, isAlone: true, FlagsOf([]))!.Split(", ").Length);

    [Fact]
    public void A_job_has_its_limits_only_if_each_is_the_one_that_was_asked_for()
    {
        var asked = new WindowsJobLimits(1 << 30, 2L << 30, 3, 60);
        Assert.Null(asked.MissingIn(asked));
        Assert.Equal("the limits of its job are unknown", asked.MissingIn(null));
        Assert.Null(default(WindowsJobLimits).MissingIn(null));
        Assert.Equal("its job has no limit of 1073741824 bytes for each process", asked.MissingIn(asked with { ProcessMemory = 0 }));
        Assert.Equal("its job has a limit of 1073741825 bytes for each process instead of 1073741824", asked.MissingIn(asked with { ProcessMemory = (1 << 30) + 1 }));
        Assert.NotNull(asked.MissingIn(asked with { JobMemory = 4L << 30 }));
        Assert.NotNull(asked.MissingIn(asked with { Processes = 4 }));
        Assert.NotNull(asked.MissingIn(asked with { Processes = 2 }));
        Assert.NotNull(asked.MissingIn(asked with { ProcessTime = 0 }));
        // The system keeps whole pages.
        var uneven = new WindowsJobLimits((1 << 30) + 100, 0, 0, 0);
        Assert.Null(uneven.MissingIn(uneven with { ProcessMemory = 1 << 30 }));
        Assert.NotNull(uneven.MissingIn(uneven with { ProcessMemory = (1 << 30) - 4096 }));
    }

    [Fact]
    public void A_required_layer_that_a_child_did_not_get_ends_its_launch_and_a_preferred_one_is_named()
    {
        var policy = SandboxPolicy.Named("spec").Require(SandboxLayer.Job, SandboxLayer.Mitigations).Prefer(SandboxLayer.UserInterface);
        var missing = Assert.Single(WindowsCheck.Judge(policy, [new WindowsFinding(SandboxLayer.UserInterface, "its job does not keep it from the user interface")]));
        Assert.Equal(("user-interface", "user-interface is not in force on the child: its job does not keep it from the user interface", false), (missing.Layer, missing.Sentence, missing.IsUnseenByChild));
        Assert.True(Assert.Single(WindowsCheck.Judge(policy, [new WindowsFinding(SandboxLayer.UserInterface, "…", IsUnseenByChild: true)])).IsUnseenByChild);
        var refused = Assert.Throws<LaunchException>(() => WindowsCheck.Judge(policy, [new WindowsFinding(SandboxLayer.UserInterface, "…"), new WindowsFinding(SandboxLayer.Mitigations, "it does not have: no remote images")]));
        Assert.Equal(LaunchErrorKind.ConfinementUnavailable, refused.Kind);
        Assert.Contains("mitigations is not in force on the child: it does not have: no remote images", refused.Message, StringComparison.Ordinal);
        Assert.Empty(WindowsCheck.Judge(policy, []));
    }

    [Fact]
    public void Every_layer_that_a_plan_gives_is_measured()
    {
        Assert.Equal([SandboxLayer.Job], WindowsPlan.Measured(WindowsConfinement.None));
        SandboxLayer[] all = [.. Enum.GetValues<SandboxLayer>().Where(LayerNames.IsForWindows)];
        Assert.Equal(7, all.Length);
        Assert.Equal(all, WindowsPlan.Measured(Enum.GetValues<WindowsConfinement>().Aggregate(static (one, other) => one | other)));
    }

    [Theory]
    [InlineData(0x1000U, WindowsLabel.NoWriteUp)]
    [InlineData(0x2000U, WindowsLabel.NothingUp)]
    [InlineData(0x3000U, 0U)]
    public void A_label_is_read_as_it_was_written(uint level, uint rules) => Assert.Equal((level, rules), WindowsLabel.Parse(Descriptor(WindowsLabel.ListOf(level, rules))));

    [Fact]
    public void What_is_no_label_is_read_as_none()
    {
        var whole = Descriptor(WindowsLabel.ListOf(0x2000, WindowsLabel.NothingUp));
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(WindowsLabel.Parse(whole.AsSpan(0, length)));
        Assert.Null(WindowsLabel.Parse(new byte[512]));
        // An entry of another kind; another authority; an entry without length; the list outside the descriptor.
        foreach (var (at, value) in new[] { (28, 0x12), (43, 5), (30, 0), (12, 255) })
        {
            var other = (byte[])whole.Clone();
            other[at] = (byte)value;
            Assert.Null(WindowsLabel.Parse(other));
        }
    }

    [Fact]
    public void A_time_longer_than_the_system_counts_is_its_longest()
    {
        var asked = new WindowsJobLimits(0, 0, 0, long.MaxValue);
        Assert.Null(asked.MissingIn(new WindowsJobLimits(0, 0, 0, WindowsJobLimits.LongestTime)));
        Assert.NotNull(asked.MissingIn(new WindowsJobLimits(0, 0, 0, WindowsJobLimits.LongestTime - 1)));
        Assert.True(WindowsJobLimits.LongestTime * WindowsJob.TicksPerSecond > 0);
        var limits = WindowsPlan.LimitsOf(SandboxPolicy.Named("spec").AllowExec("a spec") with { Limits = new SandboxLimits { Processes = long.MaxValue } });
        Assert.Equal(int.MaxValue, limits.Processes);
    }

    [Theory]
    [InlineData(18, "its user is LocalSystem")]
    [InlineData(19, "its user is LocalService")]
    [InlineData(20, "its user is NetworkService")]
    [InlineData(21, null)]
    public void A_services_account_is_no_restricted_user(byte number, string? said)
    {
        byte[] sid = [1, 1, 0, 0, 0, 0, 0, 5, number, 0, 0, 0];
        Assert.Equal(said, WindowsToken.ServiceOf(sid));
        // A user's: S-1-5-21-…, with more numbers; another authority; one that is cut off.
        Assert.Null(WindowsToken.ServiceOf([1, 2, .. sid[2..], 18, 0, 0, 0]));
        Assert.Null(WindowsToken.ServiceOf([.. sid[..7], 16, .. sid[8..]]));
        Assert.Null(WindowsToken.ServiceOf(sid[..11]));
    }

    [Fact]
    public void A_container_must_read_the_program_the_assembly_of_a_shared_host_and_their_folders()
    {
        var root = Path.GetPathRoot(Environment.CurrentDirectory)!;
        var (host, assembly) = (Path.Combine(root, "dotnet", "dotnet.exe"), Path.Combine(root, "app", "app.dll"));
        Assert.Equal([host, Path.GetDirectoryName(host)!, assembly, Path.GetDirectoryName(assembly)!], WindowsPlan.ReadAtStart(new ChildExecutable(host, [assembly])));
        Assert.Equal([host, Path.GetDirectoryName(host)!], WindowsPlan.ReadAtStart(new ChildExecutable(host, ["--verb"])));
    }

    [Fact]
    public void A_command_that_was_granted_its_folder_writes_though_the_grant_is_dropped_where_nothing_enforces_it()
    {
        var reads = SandboxPolicy.Named("spec").AllowExec("a spec").AllowRead(PolicyPaths.Workspace);
        Assert.False(WindowsPlan.Writes(reads.WithoutWorkspace()));
        var writes = SandboxPolicy.Named("spec").AllowWrite(PolicyPaths.Workspace);
        Assert.True(WindowsPlan.Writes(writes.AllowExec("a spec").WithoutWorkspace()));
        Assert.True(WindowsPlan.Writes(writes.AllowExec("a spec").WithoutWorkspace().WithoutWorkspace()));
        // A child that executes nothing has no folder but what it is granted.
        Assert.False(WindowsPlan.Writes(writes.WithoutWorkspace()));
    }

    [Fact]
    public void A_pipe_that_cannot_be_made_is_a_launch_that_failed_with_its_kind()
    {
        Assert.Equal((LaunchErrorKind.NoMemory, 8), KindOf(new System.ComponentModel.Win32Exception(8)));
        Assert.Equal((LaunchErrorKind.NoDescriptors, 5), KindOf(new System.ComponentModel.Win32Exception(5)));
        Assert.Equal((LaunchErrorKind.NoDescriptors, 0), KindOf(new IOException("spec")));

        static (LaunchErrorKind, int) KindOf(Exception cause) => WindowsLauncher.WithoutPipe("renderer", cause) is var failed ? (failed.Kind, failed.Errno) : default;
    }

    private static Func<int, uint> FlagsOf(Dictionary<int, uint> policies) => policy => policies.GetValueOrDefault(policy);

    // SECURITY_DESCRIPTOR_RELATIVE: the system's access list follows the head.
    private static byte[] Descriptor(byte[] list)
    {
        byte[] head = [1, 0, 0x10, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0];
        return [.. head, .. list];
    }
}
