using ActorBrowser.ChildEntrypoints.Probes;

namespace ActorBrowser.SandboxTests;

/// <summary>Every protection, in a fresh child of every profile; each attempt is also made outside a sandbox.</summary>
public sealed class ProbeSpecs(ProbeRange range) : IClassFixture<ProbeRange>
{
    public static TheoryData<string, string> Attempts
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var policy in Profiles.Shipped.Profiles)
            {
                foreach (var probe in ProbeBattery.All)
                {
                    if (!probe.IsAllowed(policy))
                        data.Add(policy.Name, probe.Protection);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Under(string profile, string itIsTrueThat)
    {
        var probe = ProbeBattery.All.Single(p => p.Protection == itIsTrueThat);
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of(profile, range.Workspace), range.Targets);
        var errno = await child.AttemptAsync(probe);
        Assert.True(Probe.IsRefusal(errno), $"Under {profile} it is not true that {itIsTrueThat}: the attempt gave errno {errno}.");
    }

    [Fact]
    public void Most_attempts_work_outside_a_sandbox_so_that_their_failure_inside_proves_something()
    {
        var works = ProbeBattery.All.Where(probe => !Probe.IsRefusal(range.Outside(probe))).Select(static probe => probe.Name).ToArray();
        // The kernel itself refuses an ordinary user many calls; every user may make these.
        string[] everybody =
        [
            "no-new-privs", "seccomp", "secret-file", "dot-dot", "proc-root", "write-folder", "write-tmp", "write-shm", "fork", "exec",
            "tcp-connect", "tcp-listen", "udp", "netlink", "unix-socket", "abstract-socket", "signal-parent", "signal-sibling", "read-process", "keyring", "terminal-input", "file-mode", "file-times", "file-attributes", "file-status", "protected-name", "other-terminal", "other-process", "exec-memory", "system-v-memory",
        ];
        Assert.Empty(everybody.Except(works));
        if (Environment.UserName == "root")
            Assert.Empty(new[] { "capabilities", "write-root", "write-usr", "write-etc", "parent-environment", "mount", "raw-socket", "device-node", "priority" }.Except(works));
    }

    [Theory]
    [InlineData("resolver", "udp")]
    [InlineData("command-workspace", "fork")]
    [InlineData("command-workspace", "exec")]
    [InlineData("command-networked", "udp")]
    public async Task What_a_profile_allows_works(string profile, string name)
    {
        var probe = ProbeBattery.All.Single(p => p.Name == name);
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of(profile, range.Workspace), range.Targets);
        Assert.Equal(0, await child.AttemptAsync(probe));
    }

    // The parent is process 1 of a container, and a child is process 1 of its own pid namespace.
    [Theory]
    [InlineData("signal-parent")]
    [InlineData("signal-sibling")]
    [InlineData("other-process")]
    [InlineData("parent-maps")]
    public async Task A_number_that_is_this_very_process_in_its_namespace_is_not_the_parent(string name)
    {
        var probe = ProbeBattery.All.Single(p => p.Name == name);
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of("command-workspace", range.Workspace), range.Targets with { ParentId = 1, SiblingId = 1 });
        Assert.True(Probe.IsRefusal(await child.AttemptAsync(probe)));
    }

    [Fact]
    public async Task A_command_may_write_its_workspace_and_not_the_folder_beside_it()
    {
        var probe = ProbeBattery.All.Single(static p => p.Name == "write-folder");
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of("command-workspace", range.Workspace), range.Targets with { Folder = range.Workspace });
        Assert.Equal(0, await child.AttemptAsync(probe));
        using var other = await ConfinedChild.ProbeAsync(Profiles.Of("command-workspace", range.Workspace), range.Targets);
        Assert.NotEqual(0, await other.AttemptAsync(probe));
    }

    [Fact]
    public async Task A_system_call_in_the_manner_of_another_architecture_ends_the_child()
    {
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
            return;
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of("renderer"), range.Targets);
        _ = child.Ask(ProbeQuestion.WrongArchitecture, []);
        Assert.Equal(31, (await child.Process.Exited.Soon()).Signal);
    }
}
