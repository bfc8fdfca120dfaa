using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>Each flood ends at its limit and is reported with it, and another child answers meanwhile.</summary>
public sealed class LimitSpecs(ProbeRange range) : IClassFixture<ProbeRange>
{
    [Fact]
    public async Task A_memory_flood_ends_at_its_limit()
    {
        var policy = Profiles.Of("renderer") with { Limits = new SandboxLimits { Memory = 128 << 20 } };
        using var child = await ConfinedChild.ProbeAsync(policy, range.Targets);
        var flood = child.Ask(ProbeQuestion.FloodMemory, []);
        await PingAnotherUntil(flood);
        // A control group kills the process: the channel's end, which fails the question, may come before the exit.
        if (flood.IsFaulted)
        {
            Assert.Equal("memory", (await child.Process.Exited.Soon()).LimitHit);
            return;
        }
        // Without a control group, further allocations fail, and the process lives until its parent checks.
        Assert.InRange(await flood, 1, 128);
        Assert.Equal("memory", child.Process.LimitReached());
    }

    [Fact]
    public async Task A_descriptor_flood_ends_at_its_limit_and_is_seen_from_outside()
    {
        var policy = Profiles.Of("renderer") with { Limits = new SandboxLimits { Descriptors = 200 } };
        using var child = await ConfinedChild.ProbeAsync(policy, range.Targets);
        Assert.Null(child.Process.LimitReached());
        Assert.InRange(await child.AskAsync(ProbeQuestion.FloodDescriptors), 1, 200);
        await child.PingAsync();
        if (Environment.OSVersion.Version >= new Version(6, 2))
            Assert.Equal("descriptors", child.Process.LimitReached());
    }

    [Fact]
    public async Task A_flood_of_threads_ends_at_its_limit_and_is_seen_from_outside()
    {
        var machine = Machine.Current.Offers().ToDictionary(static offer => offer.Layer, static offer => offer.Available);
        if (!machine[SandboxLayer.ControlGroup] && !machine[SandboxLayer.Namespaces])
            return;
        var policy = Profiles.Of("renderer") with { Limits = new SandboxLimits { Processes = 64 } };
        using var child = await ConfinedChild.ProbeAsync(policy, range.Targets);
        Assert.Null(child.Process.LimitReached());
        Assert.InRange(await child.AskAsync(ProbeQuestion.FloodProcesses), 1, 64);
        await child.PingAsync();
        Assert.Equal("processes", child.Process.LimitReached());
    }

    [Fact]
    public async Task A_spin_ends_at_its_limit_of_processor_time()
    {
        var policy = Profiles.Of("renderer") with { Limits = new SandboxLimits { ProcessorTime = 1 } };
        using var child = await ConfinedChild.ProbeAsync(policy, range.Targets);
        _ = child.Ask(ProbeQuestion.Spin, []);
        await PingAnotherUntil(child.Process.Exited);
        Assert.Equal("processor-time", (await child.Process.Exited).LimitHit);
    }

    [Fact]
    public async Task A_flood_of_output_ends_at_its_limit()
    {
        // Console creates a pipe, which a native renderer's list does not allow.
        var policy = Profiles.Of("role") with { Limits = new SandboxLimits { Output = 1 << 20 } };
        using var child = await ConfinedChild.StartAsync(policy, "flood-stderr", []);
        _ = child.Ask(ProbeQuestion.Attempt, []);
        Assert.Equal("output", (await child.Process.Exited.Soon()).LimitHit);
    }

    [Fact]
    public async Task An_abort_of_the_first_process_of_a_namespace_is_known_for_what_it_is()
    {
        using var child = await ConfinedChild.StartAsync(Profiles.Of("renderer"), "abort", []);
        _ = child.Ask(ProbeQuestion.Attempt, []);
        var exit = await child.Process.Exited.Soon();
        Assert.True(child.HasAborted || exit.Signal == 6, exit.ToString());
    }

    [Fact]
    public async Task Limits_above_this_process_s_own_are_those_of_this_process_and_its_children_start()
    {
        // As on a machine whose hard limit of descriptors is 4096 while a profile wants 8192: the kernel refuses to raise it.
        var policy = Profiles.Of("renderer") with { Limits = new SandboxLimits { Descriptors = 1L << 40, ProcessorTime = 1L << 40, FileSize = long.MaxValue } };
        var plan = LaunchPlan.Create(policy, ChildExecutable.FromPath(TestChildProgram.Path), Machine.Current);
        Assert.InRange(plan.Policy.Limits.Descriptors, 1, (long)Math.Min(ProcessLimits.Get(ProcessLimit.Descriptors).Hard, long.MaxValue));
        using var child = await ConfinedChild.StartAsync(policy, "echo", []);
    }

    private async Task PingAnotherUntil(Task over)
    {
        using var other = await ConfinedChild.ProbeAsync(Profiles.Of("renderer"), range.Targets);
        while (!over.IsCompleted)
            await other.PingAsync();
        await other.PingAsync();
    }
}
