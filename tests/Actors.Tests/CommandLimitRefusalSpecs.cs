using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ActorsTests;

/// <summary>A limit that nothing would hold is refused, and not taken and ignored.</summary>
[Trait("Tier", "Fast")]
public sealed class CommandLimitRefusalSpecs
{
    private static Func<IReadOnlyList<LayerOffer>> Offers(bool available) => () => [new(SandboxLayer.Job, true, "", ""), new(SandboxLayer.JobLimits, available, "", "")];

    public static TheoryData<CommandLimits> Limits => [new CommandLimits(1, 0, 0, 0, 0, 0), new CommandLimits(0, 1, 0, 0, 0, 0), new CommandLimits(0, 0, 1, 0, 0, 0)];

    [Theory]
    [MemberData(nameof(Limits))]
    public void Without_the_layer_a_limit_of_its_own_is_refused(CommandLimits limits)
    {
        var refusal = CommandRunners.RefusalOfLimits(limits, Offers(available: false));
        Assert.Equal(SpawnFailure.Unavailable, refusal!.Value.Kind);
        Assert.Contains("job-limits", refusal.Value.Message, StringComparison.Ordinal);
        Assert.Null(CommandRunners.RefusalOfLimits(limits, Offers(available: true)));
        Assert.Null(CommandRunners.RefusalOfLimits(limits, static () => []));
    }

    [Fact]
    public void What_the_runner_itself_counts_needs_no_layer() => Assert.Null(CommandRunners.RefusalOfLimits(new CommandLimits(0, 0, 0, 0, 0, 1), Offers(available: false)));
}
