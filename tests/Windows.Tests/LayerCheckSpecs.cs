using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>
/// What a launcher finds on a child before it runs. The plans say that the machine gives every layer; whether it does is asked of the
/// layer's probe, so that these specs hold under Wine, which gives few, as on a Windows that gives all.
/// </summary>
public sealed class LayerCheckSpecs
{
    private static readonly SandboxPolicy Policy = SandboxPolicy.Named("spec").Require(SandboxLayer.Job) with { Limits = new SandboxLimits { Memory = 4L << 30 } };
    private static readonly string Shell = Path.Combine(Environment.SystemDirectory, "cmd.exe");

    public static TheoryData<SandboxLayer> Layers => [SandboxLayer.JobLimits, SandboxLayer.Mitigations, SandboxLayer.RestrictedToken, SandboxLayer.UserInterface];

    [Theory]
    [MemberData(nameof(Layers))]
    public async Task A_launch_ends_if_its_child_does_not_get_a_layer_that_is_required(SandboxLayer layer)
    {
        var launch = Launching.Of("renderer", Plan(Policy.Require(layer), layer));
        if (IsThere(layer))
        {
            using var child = await ChildLauncher.LaunchAsync(launch);
            Assert.Empty(child.Missing);
            return;
        }
        var refused = await Assert.ThrowsAsync<LaunchException>(() => ChildLauncher.LaunchAsync(launch));
        Assert.Equal(LaunchErrorKind.ConfinementUnavailable, refused.Kind);
        Assert.Contains($"{LayerNames.Of(layer)} is not in force on the child: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public async Task A_child_reports_of_a_preferred_layer_what_its_launcher_found(SandboxLayer layer)
    {
        var launch = Launching.Of("renderer", Plan(Policy.Prefer(layer), layer));
        // Who has such a token is another owner than an administrator is.
        using var endpoint = new NamedPipeEndpoint(null, isForLow: layer == SandboxLayer.RestrictedToken && IsThere(layer));
        using var child = await ChildLauncher.LaunchAsync(launch with { PipeName = endpoint.Name, PipeSecret = endpoint.Secret });
        Assert.Equal(IsThere(layer) ? [] : [LayerNames.Of(layer)], child.Missing.Select(static missing => missing.Layer));
        using var channel = await endpoint.AcceptAsync(ChannelLimits.Default, CancellationToken.None, child.Id).WaitAsync(Launching.Patience);
        var greeting = new Greeting();
        channel.Start(greeting);
        var reports = await greeting.Layers.WaitAsync(Launching.Patience);
        Assert.Equal(LayersOfWindows(), reports.Select(static report => report.Layer).Order(StringComparer.Ordinal));
        Assert.True(reports.Single(static report => report.Layer == "job").Enforced);
        Assert.Equal(IsThere(layer), reports.Single(report => report.Layer == LayerNames.Of(layer)).Enforced);
    }

    [Fact]
    public async Task A_process_that_is_refused_at_a_look_has_run_nothing()
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var (output, write) = WindowsPipe.ForReading(4096);
        using var reader = new StreamReader(output);
        Process? looked = null;
        var start = new WindowsStart(Launching.Program, WindowsCommandLine.Of(Launching.Program, [Helper.Argument, "wait"]), ChildEnvironment.Build(new Dictionary<string, string>(StringComparer.Ordinal)), job)
        {
            Output = write,
            Look = process =>
            {
                Assert.True(job.Contains(process.Handle.DangerousGetHandle()));
                looked = Process.GetProcessById(process.Id);
                throw new InvalidDataException("refused");
            },
        };
        Assert.Equal("refused", Assert.Throws<InvalidDataException>(() => WindowsProcess.Start(start)).Message);
        write.Dispose();
        using var over = new CancellationTokenSource(Launching.Patience);
        await looked!.WaitForExitAsync(over.Token);
        looked.Dispose();
        Assert.Equal("", await reader.ReadToEndAsync(over.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_process_is_in_its_job_when_it_is_created_or_else_before_it_runs(bool whenCreated)
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var looked = false;
        using var process = WindowsProcess.Start(new WindowsStart(Shell, WindowsCommandLine.Of(Shell, []), [], job)
        {
            IsCreatedInJob = whenCreated,
            Look = suspended => looked = job.Contains(suspended.Handle.DangerousGetHandle()),
        }, resume: false);
        Assert.Equal(whenCreated, process.WasCreatedInJob);
        Assert.True(looked);
    }

    [Fact]
    public void A_process_with_a_restricted_token_is_labelled_with_the_level_of_this_one()
    {
        using var token = WindowsToken.Create();
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var process = WindowsProcess.Start(new WindowsStart(Shell, WindowsCommandLine.Of(Shell, []), [], job) { Token = token }, resume: false);
        Assert.Null(process.NotSeparate);
        Assert.Equal((WindowsToken.IntegrityOf(-1)!.Value, WindowsLabel.NothingUp), WindowsLabel.Of(process.Handle.DangerousGetHandle()));
    }

    [Fact]
    public void The_probe_tells_of_a_process_that_another_of_its_level_may_open()
    {
        using var token = WindowsToken.Create();
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var process = WindowsProcess.Start(new WindowsStart(Shell, WindowsCommandLine.Of(Shell, []), [], job) { Token = token }, resume: false);
        WindowsLabel.Set(process.Handle.DangerousGetHandle(), WindowsToken.Low, WindowsLabel.NothingUp);
        Assert.Equal("another of its level opened its process with the right 0x1", WindowsLayers.OpenedByAnother(token, process));
    }

    [NeedsLayerFact(SandboxLayer.RestrictedToken)]
    public void No_process_of_its_level_opens_a_child()
    {
        using var token = WindowsToken.Create();
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var process = WindowsProcess.Start(new WindowsStart(Shell, WindowsCommandLine.Of(Shell, []), [], job) { Token = token }, resume: false);
        Assert.Null(WindowsLayers.OpenedByAnother(token, process));
    }

    [Fact]
    public void What_a_process_may_read_is_tried_with_its_token()
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var process = WindowsProcess.Start(new WindowsStart(Shell, WindowsCommandLine.Of(Shell, []), [], job), resume: false);
        using var token = WindowsToken.Of(process.Handle.DangerousGetHandle());
        Assert.Null(token.CannotRead([Shell, Environment.SystemDirectory]));
        var missing = Path.Combine(Environment.SystemDirectory, "no-such-file.dll");
        Assert.StartsWith($"it could not read {missing}: ", token.CannotRead([Shell, missing]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_with_this_ones_token_has_more_than_a_restricted_one() => Assert.NotNull(WindowsToken.Excess(-1));

    private static LaunchPlan Plan(SandboxPolicy policy, SandboxLayer layer) => LaunchPlan.ForWindows(policy, Machine.Current, layer switch
    {
        SandboxLayer.JobLimits => WindowsConfinement.JobLimits,
        SandboxLayer.Mitigations => WindowsConfinement.Mitigations,
        SandboxLayer.RestrictedToken => WindowsConfinement.RestrictedToken,
        SandboxLayer.UserInterface => WindowsConfinement.UserInterface,
        _ => throw new ArgumentOutOfRangeException(nameof(layer)),
    }, []);

    private static bool IsThere(SandboxLayer layer) => WindowsPlan.Offers(new HashSet<SandboxLayer>()).Single(offer => offer.Layer == layer).Available;

    private static IEnumerable<string> LayersOfWindows() => Enum.GetValues<SandboxLayer>().Where(LayerNames.IsForWindows).Select(LayerNames.Of).Order(StringComparer.Ordinal);

    private sealed class Greeting : IFrameHandler
    {
        private readonly TaskCompletionSource<IReadOnlyList<LayerReport>> _layers = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<IReadOnlyList<LayerReport>> Layers => _layers.Task;

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            if (frame.TryRead<Hello>(out var hello) is { } malformed)
                return malformed;
            _layers.TrySetResult(hello.Layers);
            return null;
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(ChannelClosed closed) => _layers.TrySetException(new IOException($"closed: {closed}"));
    }
}
