using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.SandboxTests;

/// <summary>Missing layers are reported: without a required layer no child starts, and a preferred one is named. Layers in force are measured.</summary>
public sealed class LayerSpecs(ProbeRange range) : IClassFixture<ProbeRange>
{
    // A JIT child lacks no-new-code and reports that; NewCodeSpecs tests that layer.
    private static IEnumerable<LayerReport> OfAnyImage(ConfinedChild child) => child.Hello.Layers.Where(static layer => layer.Layer != "no-new-code");

    [Theory]
    [InlineData("network")]
    [InlineData("renderer")]
    [InlineData("image-decoder")]
    [InlineData("command-workspace")]
    public async Task A_child_s_Hello_and_the_kernel_agree_that_it_is_confined(string profile)
    {
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of(profile, range.Workspace), range.Targets);
        Assert.Null(child.Refusal);
        // A JIT child needs new code and reports that (NewCodeSpecs).
        var layers = OfAnyImage(child).ToArray();
        Assert.All(layers, static layer => Assert.True(layer.Enforced, layer.ToString()));
        Assert.Equal(
            ["capabilities", "files", "no-new-privileges", "not-dumpable", "parent-death-signal", "scopes", "system-calls", "tcp-ports", "violation-reports", .. profile == "command-workspace" ? new[] { "world" } : []],
            layers.Select(static layer => layer.Layer).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(SandboxLayer.SystemCalls)]
    [InlineData(SandboxLayer.Files)]
    public async Task Without_a_required_layer_there_is_no_child_and_a_sentence_that_says_which(SandboxLayer layer)
    {
        var refusal = await Assert.ThrowsAsync<LaunchException>(() => ConfinedChild.StartAsync(Profiles.Of("renderer"), "echo", [], Machine.Without(layer)));
        Assert.Equal(LaunchErrorKind.ConfinementUnavailable, refusal.Kind);
        Assert.Contains($"The profile renderer requires a layer of confinement that is not available: {LayerNames.Of(layer)}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SandboxLayer.Namespaces)]
    [InlineData(SandboxLayer.ViolationReports)]
    [InlineData(SandboxLayer.ControlGroup)]
    public async Task Without_a_preferred_layer_there_is_a_child_and_a_sentence_that_says_which(SandboxLayer layer)
    {
        var machine = Machine.Without(layer);
        var plan = LaunchPlan.Create(Profiles.Of("renderer"), ChildExecutable.FromPath(TestChildProgram.Path), machine);
        Assert.Contains(plan.Missing, missing => missing.Layer == LayerNames.Of(layer) && missing.Sentence.StartsWith(missing.Layer, StringComparison.Ordinal));
        using var child = await ConfinedChild.StartAsync(Profiles.Of("renderer"), "echo", [], machine);
        Assert.Null(child.Refusal);
        Assert.All(OfAnyImage(child), static report => Assert.True(report.Enforced, report.ToString()));
    }

    [Theory]
    [InlineData(SandboxLayer.World)]
    [InlineData(SandboxLayer.Namespaces)]
    public async Task Without_a_world_of_its_own_a_command_has_the_other_layers_and_a_sentence_that_says_so(SandboxLayer layer)
    {
        var machine = Machine.Without(layer);
        var policy = Profiles.Of("command-workspace", range.Workspace);
        var plan = LaunchPlan.Create(policy, ChildExecutable.FromPath(TestChildProgram.Path), machine);
        Assert.Contains(plan.Missing, static missing => missing.Layer == "world");
        Assert.False(plan.IsFirstProcess);
        using var child = await ConfinedChild.StartAsync(policy, ChildEntrypoints.Probes.ProbeRole.Name, range.Targets.ToBytes(), machine);
        Assert.Null(child.Refusal);
        Assert.All(OfAnyImage(child), static report => Assert.True(report.Enforced, report.ToString()));
        // Landlock grants reading of the same files; it cannot restrict their metadata.
        foreach (var probe in ChildEntrypoints.Probes.ProbeBattery.All.Where(static probe => probe.Name is "secret-file" or "write-folder" or "write-tmp" or "write-etc" or "other-process"))
            Assert.Equal(probe.Name == "other-process", await child.AttemptAsync(probe) == 0);
        var refusal = Assert.Throws<LaunchException>(() => LaunchPlan.Create(policy.Require(SandboxLayer.World), ChildExecutable.FromPath(TestChildProgram.Path), machine));
        Assert.Contains("requires a layer of confinement that is not available: world", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SandboxLayer.TcpPorts, "tcp-listen")]
    [InlineData(SandboxLayer.Scopes, "abstract-socket")]
    public async Task A_layer_that_is_switched_off_is_off(SandboxLayer layer, string name)
    {
        // With a network, and without a filter's rules about it, so that the attempt reaches Landlock.
        var policy = Profiles.Of("command-networked", range.Workspace).WithoutNetwork().AllowTcpConnectAnywhere("a test").AllowDatagrams("a test");
        var probe = ChildEntrypoints.Probes.ProbeBattery.All.Single(probe => probe.Name == name);
        using var on = await ConfinedChild.StartAsync(policy, ChildEntrypoints.Probes.ProbeRole.Name, range.Targets.ToBytes(), Machine.Without(SandboxLayer.World));
        using var off = await ConfinedChild.StartAsync(policy, ChildEntrypoints.Probes.ProbeRole.Name, range.Targets.ToBytes(), Machine.Without(SandboxLayer.World, layer));
        Assert.Contains(on.Hello.Layers, report => report.Layer == LayerNames.Of(layer));
        Assert.DoesNotContain(off.Hello.Layers, report => report.Layer == LayerNames.Of(layer));
        Assert.NotEqual(0, await on.AttemptAsync(probe));
        if (layer == SandboxLayer.TcpPorts)
            Assert.Equal(0, await off.AttemptAsync(probe));
    }

    [Fact]
    public void An_old_Landlock_says_what_it_does_not_keep()
    {
        var executable = ChildExecutable.FromPath(TestChildProgram.Path);
        var old = LaunchPlan.Create(Profiles.Of("command-workspace", range.Workspace), executable, Machine.WithLandlock(2));
        Assert.Contains(old.Missing, static missing => missing.Layer == "files" && missing.Sentence.Contains("empty files", StringComparison.Ordinal));
        Assert.Contains(old.Missing, static missing => missing.Layer == "tcp-ports");
        Assert.Contains(old.Missing, static missing => missing.Layer == "scopes");
        Assert.DoesNotContain(LaunchPlan.Create(Profiles.Of("renderer"), executable, Machine.WithLandlock(2)).Missing, static missing => missing.Layer == "files");
        Assert.DoesNotContain(LaunchPlan.Create(Profiles.Of("command-workspace", range.Workspace), executable, Machine.WithLandlock(3)).Missing, static missing => missing.Layer == "files");
    }

    [Fact]
    public async Task A_workspace_that_another_folder_has_taken_the_place_of_gets_no_child()
    {
        var elsewhere = PathProbe.TryIdentify("/usr"u8);
        var policy = Profiles.Shipped.Find("command-workspace")!.ForWorkspace(range.Workspace, elsewhere);
        await Assert.ThrowsAsync<IOException>(() => ConfinedChild.StartAsync(policy, "echo", []));
    }

    [Fact]
    public async Task Where_nothing_is_missing_nothing_is_said()
    {
        if (Machine.Current.Offers().Any(static offer => !offer.Available))
            return;
        Assert.Empty(LaunchPlan.Create(Profiles.Of("renderer"), ChildExecutable.FromPath(TestChildProgram.Path), Machine.Current).Missing);
        using var child = await ConfinedChild.StartAsync(Profiles.Of("renderer"), "echo", []);
        Assert.Null(child.Refusal);
    }

    [Fact]
    public async Task A_child_without_a_filter_is_seen_through_from_outside()
    {
        var executable = ChildExecutable.FromPath(TestChildProgram.Path);
        var plan = LaunchPlan.Create(Profiles.Of("renderer"), executable, Machine.Current);
        using var child = await ConfinedChild.StartAsync(Profiles.Unconfined, "echo", []);
        Assert.NotNull(ConfinementCheck.Refusal(child.Process.Id, plan));
    }

    [Fact]
    public async Task A_refused_call_is_told_by_name_with_what_decided_and_the_rule()
    {
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of("renderer"), range.Targets);
        var probe = ChildEntrypoints.Probes.ProbeBattery.All.Single(static p => p.Name == "packet-socket");
        await child.AttemptAsync(probe);
        var violation = await child.Violations.ReadAsync().AsTask().Soon();
        Assert.Equal("socket", violation.Call);
        Assert.Equal("socket(AF_PACKET, SOCK_RAW, protocol 768)", violation.Arguments);
        Assert.Equal("The profile renderer does not allow socket(AF_PACKET, SOCK_RAW, protocol 768).", violation.Rule);
        Assert.False(violation.Allowed);
        Assert.True(violation.ProcessId > 0);
    }

    [Fact]
    public async Task In_learn_mode_a_refused_call_goes_through_and_is_told()
    {
        using var child = await ConfinedChild.StartAsync(Profiles.Of("renderer"), ChildEntrypoints.Probes.ProbeRole.Name, range.Targets.ToBytes(), learn: true);
        var probe = ChildEntrypoints.Probes.ProbeBattery.All.Single(static p => p.Name == "udp");
        Assert.Equal(0, await child.AttemptAsync(probe));
        var violation = await child.Violations.ReadAsync().AsTask().Soon();
        Assert.True(violation.Allowed);
        Assert.StartsWith("socket(AF_INET", violation.Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_hundred_confined_spawns_in_parallel_batches_leave_none_unconfined_and_none_failed()
    {
        for (var batch = 0; batch < 20; batch++)
        {
            var children = await Task.WhenAll(Enumerable.Range(0, 25).Select(i => ConfinedChild.StartAsync(Profiles.Of(i % 2 == 0 ? "renderer" : "network"), "echo", [])));
            foreach (var child in children)
            {
                using (child)
                {
                    Assert.Null(child.Refusal);
                    Assert.All(OfAnyImage(child), static layer => Assert.True(layer.Enforced));
                }
            }
            await Task.WhenAll(children.Select(static child => child.Process.Exited)).Soon();
        }
    }
}
