using System.Globalization;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>A native child's two filters: the starting filter, and its role's short filter.</summary>
public sealed class NativeFilterSpecs(ProbeRange range) : IClassFixture<ProbeRange>
{
    private const uint Allow = 0x7fff0000;
    private const uint Notify = 0x7fc00000;
    private static readonly long Somewhere = 0x7123_4567_89ab;

    public static TheoryData<string, string, int, bool> Counts => new()
    {
        { "renderer", "X64", 50, false },
        { "renderer", "Arm64", 50, false },
        { "image-decoder", "X64", 50, false },
        { "image-decoder", "Arm64", 50, false },
        { "network", "X64", 100, true },
        { "network", "Arm64", 100, true },
    };

    [Theory]
    [MemberData(nameof(Counts))]
    public void A_native_child_has_few_calls_and_a_renderer_and_a_decoder_none_that_takes_a_path(string profile, string processor, int most, bool paths)
    {
        var table = processor == "X64" ? SystemCallTable.X64 : SystemCallTable.Arm64;
        var policy = Profiles.Of(profile);
        var program = PolicyFilter.Build(policy, table, reports: true, native: true).Program;
        var allowed = PolicyFilter.Allowed(policy, native: true).Where(name => table.TryGetNumber(name, out _)).ToHashSet(StringComparer.Ordinal);
        Assert.InRange(allowed.Count, 30, most);
        Assert.Equal(paths, allowed.Any(PathCalls.Contains));
        for (var number = 0; number < 1200; number++)
        {
            if (table.NameOf(number) is { } name && allowed.Contains(name))
                continue;
            Assert.NotEqual(Allow, FilterInterpreter.Run(program, table.AuditArchitecture, (uint)number, 0, 0, 0, 0, 0, 0));
        }
    }

    [Theory]
    [InlineData("open")]
    [InlineData("openat")]
    [InlineData("newfstatat")]
    [InlineData("readlink")]
    public void What_a_runtime_tries_with_a_path_is_refused_without_a_report(string call)
    {
        var program = PolicyFilter.Build(Profiles.Of("image-decoder"), SystemCallTable.X64, reports: true, native: true).Program;
        Assert.True(SystemCallTable.X64.TryGetNumber(call, out var number));
        Assert.Equal(0x0005000du, FilterInterpreter.Run(program, SystemCallTable.X64.AuditArchitecture, (uint)number));
    }

    [Theory]
    [InlineData("renderer")]
    [InlineData("network")]
    [InlineData("command-workspace")]
    public void The_starting_filter_allows_all_that_the_role_s_filter_does(string profile)
    {
        var policy = Profiles.Of(profile);
        foreach (var table in new[] { SystemCallTable.X64, SystemCallTable.Arm64 })
        {
            var start = StartFilter.Build(policy, table, reports: true, (nint)Somewhere).Program;
            var role = PolicyFilter.Build(policy, table, reports: true, native: true).Program;
            foreach (var arguments in (ulong[][])[[0, 0, 0], [1, 1, 0], [2, 1, 0], [2, 2, 17], [0x3d0f00, 0, 0], [ulong.MaxValue, ulong.MaxValue, ulong.MaxValue]])
            {
                for (var number = 0u; number < 1200; number++)
                {
                    if (FilterInterpreter.Run(role, table.AuditArchitecture, number, arguments) == Allow)
                        Assert.Equal((number, Allow), (number, FilterInterpreter.Run(start, table.AuditArchitecture, number, arguments)));
                }
            }
        }
    }

    [Fact]
    public void The_starting_filter_lets_the_spawner_execute_and_nobody_else_and_starts_no_process()
    {
        var table = SystemCallTable.X64;
        var program = StartFilter.Build(Profiles.Of("renderer"), table, reports: true, (nint)Somewhere).Program;
        uint Verdict(string call, long from, params ulong[] arguments) =>
            FilterInterpreter.RunFrom((ulong)from, program, table.AuditArchitecture, table.TryGetNumber(call, out var number) ? (uint)number : 0, arguments);
        Assert.Equal(Allow, Verdict("execve", Somewhere));
        Assert.Equal(Notify, Verdict("execve", Somewhere + 1));
        Assert.Equal(Notify, Verdict("execve", Somewhere ^ 0x1_0000_0000));
        foreach (var call in (string[])["execveat", "fork", "vfork", "ptrace", "unshare", "mount", "bpf", "io_uring_setup", "memfd_create", "listen", "connect", "mkdir", "unlink"])
            Assert.Equal((call, Notify), (call, Verdict(call, Somewhere)));
        Assert.Equal(Notify, Verdict("clone", Somewhere, 17));
        Assert.Equal(Allow, Verdict("clone", Somewhere, 0x3d0f00));
    }

    [Fact]
    public async Task What_is_started_under_a_starting_filter_is_filtered_from_its_first_instruction_and_cannot_execute()
    {
        var filter = StartFilter.Build(Profiles.Of("renderer"), SystemCallTable.Current, Machine.Current.CanNotify, ConfinedSpawner.CallAddress).Program;
        var bare = new Confinement();
        var filtered = new Confinement { StartFilter = filter };
        var own = Filters(await OutputAsync(bare, "/bin/cat", "/proc/self/status"));
        var status = await OutputAsync(filtered, "/bin/cat", "/proc/self/status");
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Equal(own + 1, Filters(status));
        // Without the filter, the same shell can.
        Assert.Contains("executed", await OutputAsync(bare, "/bin/sh", "-c", "exec /bin/echo executed"), StringComparison.Ordinal);
        Assert.DoesNotContain("executed\n", await OutputAsync(filtered, "/bin/sh", "-c", "exec /bin/echo executed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_by_the_step_that_failed_under_the_filter_too()
    {
        var filter = StartFilter.Build(Profiles.Of("renderer"), SystemCallTable.Current, Machine.Current.CanNotify, ConfinedSpawner.CallAddress).Program;
        var failure = await Task.Run(() => ConfinedSpawner.TrySpawn(Request(null, "/nonexistent/program"), new Confinement { StartFilter = filter }, out _));
        Assert.Equal(new StepFailure("execve", 2), failure);
    }

    [Theory]
    [InlineData("renderer")]
    [InlineData("network")]
    [InlineData("command-workspace")]
    public async Task The_parent_counts_the_filters_of_every_thread(string profile)
    {
        using var child = await ConfinedChild.StartAsync(Profiles.Of(profile, range.Workspace), "echo", []);
        Assert.Null(child.Refusal);
        var own = Filters(await File.ReadAllTextAsync("/proc/self/status"));
        foreach (var thread in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{child.Process.Id}/task")))
            Assert.Equal(own + (TestChildProgram.IsNative ? 2 : 1), Filters(await File.ReadAllTextAsync(thread + "/status")));
    }

    [Fact]
    public async Task A_native_child_is_filtered_when_its_launch_returns_which_is_before_it_says_anything()
    {
        var executable = ChildExecutable.FromPath(TestChildProgram.Path);
        Assert.Equal(TestChildProgram.IsNative, executable.IsNative);
        var plan = LaunchPlan.Create(Profiles.Of("renderer"), executable, Machine.Current);
        // "silent" sends no Hello, so this child never installs its role's filter.
        using var child = await ChildLauncher.LaunchAsync(new ChildLaunch { Role = "silent", Executable = executable, Plan = plan });
        var own = Filters(await File.ReadAllTextAsync("/proc/self/status"));
        Assert.Equal(own + (TestChildProgram.IsNative ? 1 : 0), Filters(await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{child.Id}/status"))));
    }

    [Theory]
    [InlineData("renderer", "throw", "System.InvalidOperationException: thrown on purpose")]
    [InlineData("image-decoder", "throw", "System.InvalidOperationException: thrown on purpose")]
    [InlineData("renderer", "abort", "aborted on purpose")]
    [InlineData("image-decoder", "abort", "aborted on purpose")]
    public async Task A_child_that_crashes_under_the_short_list_says_why_with_method_names_and_breaks_no_rule(string profile, string role, string why)
    {
        using var child = await ConfinedChild.StartAsync(Profiles.Of(profile), role, []);
        _ = child.Ask(ChildEntrypoints.Probes.ProbeQuestion.Attempt, []);
        var exit = await child.Process.Exited.Soon();
        Assert.Contains(exit.LastStderrLines, line => line.Contains(why, StringComparison.Ordinal));
        Assert.Contains(exit.LastStderrLines, static line => line.Contains("   at System.Threading.Thread.StartThread", StringComparison.Ordinal) || line.Contains("HostileRoles", StringComparison.Ordinal));
        Assert.True(child.HasAborted);
        Assert.False(child.Violations.TryRead(out var violation), violation?.Arguments);
    }

    [Theory]
    [InlineData("renderer")]
    [InlineData("image-decoder")]
    public async Task A_stack_that_overflows_under_the_short_list_ends_the_child_and_breaks_no_rule(string profile)
    {
        using var child = await ConfinedChild.StartAsync(Profiles.Of(profile), "overflow", []);
        _ = child.Ask(ChildEntrypoints.Probes.ProbeQuestion.Attempt, []);
        var exit = await child.Process.Exited.Soon();
        // The native runtime's fault handler has no separate stack: the kernel ends the process, and nothing is written.
        if (TestChildProgram.IsNative)
            Assert.Equal(11, exit.Signal);
        else
            Assert.Contains(exit.LastStderrLines, static line => line.Contains("Stack overflow", StringComparison.Ordinal));
        Assert.False(child.Violations.TryRead(out var violation), violation?.Arguments);
    }

    private static long Filters(string status)
    {
        var line = Assert.Single(status.Split('\n'), static line => line.StartsWith("Seccomp_filters:", StringComparison.Ordinal));
        return long.Parse(line["Seccomp_filters:".Length..], CultureInfo.InvariantCulture);
    }

    private static SpawnRequest Request(SafeDescriptor? output, params string[] command) => new()
    {
        Path = SpawnRequest.Utf8(command[0]),
        Arguments = SpawnRequest.Utf8(command),
        Environment = [],
        Output = output,
    };

    private static Task<string> OutputAsync(Confinement confinement, params string[] command) => WorkThread.Spawner.RunAsync(() =>
    {
        var (read, write) = UnixPipe.Create();
        using (read)
        {
            using (var output = DescriptorFlags.RaiseAboveChildNumbers(write))
            {
                Assert.Null(ConfinedSpawner.TrySpawn(Request(output, command), confinement, out var pid));
                using var process = ProcessDescriptor.Open(pid);
                ProcessDescriptor.WaitForAny([process], TimeSpan.FromSeconds(30));
                Assert.True(process.TryReap(out _));
            }
            write.Dispose();
            // The program has ended, and its few lines are in the pipe.
            var text = new byte[16 << 10];
            var length = UnixPipe.Read(read, text);
            return Encoding.UTF8.GetString(text, 0, length.Bytes);
        }
    });
}
