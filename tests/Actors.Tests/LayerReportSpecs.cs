using ActorBrowser.Sandbox;

namespace ActorBrowser.ActorsTests;

/// <summary>A child's report of its layers, beside what its launcher found from outside.</summary>
[Trait("Tier", "Fast")]
public sealed class LayerReportSpecs
{
    private static readonly SandboxLayer[] Measured = [SandboxLayer.Job, SandboxLayer.UserInterface];
    private static readonly MissingLayer Missing = new("user-interface", "user-interface is not in force on the child: its job does not");

    [Fact]
    public void A_child_that_reports_what_was_found_is_accepted()
    {
        Assert.Null(ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", true, "")], Measured, []));
        Assert.Null(ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", false, "its job does not restrict it")], Measured, [Missing]));
    }

    [Fact]
    public void A_child_that_reports_less_than_was_found_is_refused()
    {
        Assert.Equal("the layer user-interface is not in force (its job does not restrict it)",
            ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", false, "its job does not restrict it")], Measured, []));
        Assert.Equal("the layer user-interface is not in force (it was not measured)", ChildConfinement.WrongWith([new("job", true, "")], Measured, []));
    }

    [Fact]
    public void A_child_that_reports_more_than_was_found_is_refused() =>
        Assert.Equal($"it reports the layer user-interface as in force, which it is not ({Missing.Sentence})",
            ChildConfinement.WrongWith([new("job", true, ""), new("user-interface", true, "")], Measured, [Missing]));
}
