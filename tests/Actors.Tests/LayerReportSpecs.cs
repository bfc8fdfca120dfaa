using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ActorsTests;

/// <summary>A child's report of its layers, beside what its launcher found from outside.</summary>
[Trait("Tier", "Fast")]
public sealed class LayerReportSpecs
{
    private static readonly SandboxLayer[] Measured = [SandboxLayer.Job, SandboxLayer.UserInterface];
    private static readonly string[] Names = ["job", "user-interface", "mitigations"];
    private static readonly MissingLayer Missing = new("user-interface", "user-interface is not in force on the child: its job does not");

    [Fact]
    public void A_child_that_reports_what_was_found_is_accepted()
    {
        Assert.Null(ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", true, "")], Measured, Names, []));
        Assert.Null(ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", false, "its job does not restrict it")], Measured, Names, [Missing]));
    }

    [Fact]
    public void A_child_that_reports_less_than_was_found_is_refused()
    {
        Assert.Equal("the layer user-interface is not in force (its job does not restrict it)",
            ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", false, "its job does not restrict it")], Measured, Names, []));
        Assert.Equal("the layer user-interface is not in force (it was not measured)", ChildConfinement.WrongWith([new("job", true, "")], Measured, Names, []));
    }

    [Fact]
    public void A_child_that_reports_more_than_was_found_is_refused() =>
        Assert.Equal($"it reports the layer user-interface as in force, which it is not ({Missing.Sentence})",
            ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", true, "")], Measured, Names, [Missing]));

    [Fact]
    public void A_layer_that_is_missing_for_a_reason_that_the_child_cannot_see_is_no_lie_and_does_not_count()
    {
        LayerReport[] reports = [new("job", true, ""), new("user-interface", true, "")];
        var unseen = Missing with { IsUnseenByChild = true };
        Assert.Null(ChildConfinement.WrongWith(reports, Measured, Names, [unseen]));
        Assert.Equal(["job"], ChildConfinement.Counted(reports, Plan(), [unseen]).Select(static report => report.Layer));
    }

    [Theory]
    [InlineData("\e]0;mine\a", "it reports a layer that there is not")]
    [InlineData("", "it reports a layer that there is not")]
    [InlineData("Job", "it reports a layer that there is not")]
    [InlineData("app-container", "it reports the layer app-container, which it was not given")]
    [InlineData("world", "it reports the layer world, which it was not given")]
    [InlineData("job", "it reports the layer job twice")]
    public void A_child_that_reports_a_layer_of_no_plan_or_one_twice_is_refused(string layer, string sentence)
    {
        foreach (var enforced in (bool[])[true, false])
            Assert.Equal(sentence, ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", true, ""), new(layer, enforced, "")], Measured, Names, []));
    }

    [Fact]
    public void On_this_system_a_child_may_report_what_its_plan_gives_and_nothing_else()
    {
        var plan = Plan();
        LayerReport[] reports = [.. plan.Reportable.Select(static name => new LayerReport(name, true, ""))];
        Assert.Null(ChildConfinement.WrongWith(reports, plan, []));
        Assert.NotNull(ChildConfinement.WrongWith([.. reports, new(OperatingSystem.IsWindows() ? "world" : "job", true, "")], plan, []));
    }

    [Fact]
    public void What_a_process_alone_has_is_none_of_the_layers_of_its_programs()
    {
        string[] alone = ["not-dumpable", "parent-death-signal", "mitigations", "win32k-lockdown"];
        Assert.All(alone, static name => Assert.True(LayerNames.IsOfProcessAlone(name)));
        Assert.Equal(2, Enum.GetValues<SandboxLayer>().Count(static layer => LayerNames.IsOfProcessAlone(LayerNames.Of(layer))));
    }

    private static LaunchPlan Plan() => LaunchPlan.Create(SandboxPolicy.Named("spec"), new ChildExecutable(Environment.ProcessPath!, []), Machine.Current);
}
