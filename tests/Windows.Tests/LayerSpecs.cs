using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>The layers of Windows. Where one is not offered, its specs are skipped by its name, never passed.</summary>
public sealed class LayerSpecs
{
    private static readonly SandboxPolicy Policy = SandboxPolicy.Named("spec").Require(SandboxLayer.Job);

    [NeedsLayerFact(SandboxLayer.Job)]
    public async Task A_child_finds_itself_in_a_job()
    {
        Assert.Contains(SandboxLayer.Job, Launching.PlanOf(Policy).Measured);
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer", Launching.PlanOf(Policy)));
        await child.Exited.WaitAsync(Launching.Patience);
    }

    [Fact]
    public void A_required_layer_that_is_not_there_refuses_the_child_and_a_preferred_one_is_named()
    {
        var without = Machine.Without(SandboxLayer.AppContainer);
        var executable = new ChildExecutable(Launching.Program, []);
        var refused = Assert.Throws<LaunchException>(() => LaunchPlan.Create(Policy.Require(SandboxLayer.AppContainer), executable, without));
        Assert.Contains("app-container is missing: switched off by configuration", refused.Message, StringComparison.Ordinal);
        var plan = LaunchPlan.Create(Policy.Prefer(SandboxLayer.AppContainer), executable, without);
        Assert.Equal("app-container", Assert.Single(plan.Missing).Layer);
    }

    [NeedsLayerFact(SandboxLayer.JobLimits)]
    public void A_job_gives_no_process_more_memory_than_its_limit() => Assert.Null(WindowsLayers.TryMemoryLimit(Path.Combine(Environment.SystemDirectory, "cmd.exe")));

    [NeedsLayerFact(SandboxLayer.Mitigations)]
    public async Task A_child_has_its_mitigations_and_starts()
    {
        var plan = Launching.PlanOf(Policy.Require(SandboxLayer.Mitigations));
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer", plan));
        Assert.Equal(64, (await child.Exited.WaitAsync(Launching.Patience)).ExitCode);
    }

    [NeedsLayerFact(SandboxLayer.AppContainer)]
    public async Task A_child_starts_in_an_app_container()
    {
        var plan = Launching.PlanOf(Policy.Require(SandboxLayer.AppContainer));
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer", plan));
        Assert.Equal(64, (await child.Exited.WaitAsync(Launching.Patience)).ExitCode);
    }
}
