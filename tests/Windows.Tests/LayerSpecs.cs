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

    [NeedsLayerFact(SandboxLayer.RestrictedToken)]
    public async Task A_child_starts_with_low_integrity_and_reaches_its_pipe()
    {
        var plan = Launching.PlanOf(Policy.Require(SandboxLayer.RestrictedToken));
        Assert.Contains(SandboxLayer.RestrictedToken, plan.Measured);
        using var endpoint = new Transport.NamedPipeEndpoint(null, isForLow: true);
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer", plan) with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret });
        using var channel = await endpoint.AcceptAsync(Transport.ChannelLimits.Default, CancellationToken.None, child.Id).WaitAsync(Launching.Patience);
    }

    [NeedsLayerFact(SandboxLayer.UserInterface)]
    public void A_job_keeps_its_processes_from_the_user_interface() => Assert.Null(WindowsLayers.TryUserInterface(Path.Combine(Environment.SystemDirectory, "cmd.exe")));

    [NeedsLayerFact(SandboxLayer.Win32kLockdown)]
    public void A_process_is_kept_from_the_window_manager() => Assert.Null(WindowsLayers.TryWin32kLockdown(Path.Combine(Environment.SystemDirectory, "cmd.exe")));

    [Fact]
    public void A_restricted_token_is_made_and_starts_a_process()
    {
        // What it keeps the process from is the layer's probe's to say.
        using var token = WindowsToken.Create();
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var program = Path.Combine(Environment.SystemDirectory, "cmd.exe");
        using var process = WindowsProcess.Start(new WindowsStart(program, WindowsCommandLine.Of(program, []), [], job) { Token = token }, resume: false);
        Assert.NotNull(WindowsToken.IntegrityOf(process.Handle.DangerousGetHandle()));
        process.Kill();
    }

    [Theory]
    [InlineData("renderer")]
    [InlineData("command-none")]
    [InlineData("command-workspace")]
    public void A_layer_that_a_profile_prefers_is_got_or_named_as_missing(string profile)
    {
        var policy = ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Sandbox.Find(profile)!;
        var plan = LaunchPlan.Create(policy.NeedsWorkspace ? policy.WithoutWorkspace() : policy, new ChildExecutable(Launching.Program, []), Machine.Current);
        foreach (var layer in (SandboxLayer[])[SandboxLayer.JobLimits, SandboxLayer.Mitigations, SandboxLayer.AppContainer, SandboxLayer.RestrictedToken, SandboxLayer.UserInterface, SandboxLayer.Win32kLockdown])
            Assert.True(plan.Missing.Any(missing => missing.Layer == LayerNames.Of(layer)) != HasGot(plan, layer), LayerNames.Of(layer));
    }

    private static bool HasGot(LaunchPlan plan, SandboxLayer layer) => layer switch
    {
        SandboxLayer.Mitigations => plan.Windows.HasFlag(WindowsConfinement.Mitigations),
        SandboxLayer.AppContainer => plan.Windows.HasFlag(WindowsConfinement.AppContainer),
        SandboxLayer.RestrictedToken => plan.Windows.HasFlag(WindowsConfinement.RestrictedToken),
        SandboxLayer.UserInterface => plan.Windows.HasFlag(WindowsConfinement.UserInterface),
        SandboxLayer.Win32kLockdown => plan.Windows.HasFlag(WindowsConfinement.Win32kLockdown),
        _ => WindowsPlan.Offers(new HashSet<SandboxLayer>()).Single(offer => offer.Layer == layer).Available,
    };

    [NeedsLayerFact(SandboxLayer.AppContainer)]
    public async Task A_child_starts_in_an_app_container()
    {
        var plan = Launching.PlanOf(Policy.Require(SandboxLayer.AppContainer));
        using var child = await ChildLauncher.LaunchAsync(Launching.Of("renderer", plan));
        Assert.Equal(64, (await child.Exited.WaitAsync(Launching.Patience)).ExitCode);
    }
}
