using ActorBrowser.ChildEntrypoints.Probes;
using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>No memory becomes executable in a native renderer or decoder, in any way; a JIT child reports that it lacks this layer.</summary>
public sealed class NewCodeSpecs(ProbeRange range) : IClassFixture<ProbeRange>
{
    private static readonly string[] Ways = ["code-anonymous", "code-changed", "code-by-key", "code-in-file", "code-remapped", "code-shared"];

    [Theory]
    [InlineData("renderer")]
    [InlineData("image-decoder")]
    public async Task Every_way_is_refused_in_a_native_child_and_the_report_of_each_kind_says_which_it_is(string profile)
    {
        using var child = await ConfinedChild.ProbeAsync(Profiles.Of(profile) with { KillsOnViolation = false }, range.Targets);
        var report = Assert.Single(child.Hello.Layers, static layer => layer.Layer == "no-new-code");
        Assert.Equal(TestChildProgram.IsNative, report.Enforced);
        if (TestChildProgram.IsNative)
        {
            foreach (var way in Ways)
                Assert.Equal((way, 1), (way, await child.AttemptAsync(ProbeBattery.All.Single(probe => probe.Name == way))));
        }
        else
        {
            // The calls that a JIT compiler needs work there, so the layer causes the refusals here.
            foreach (var way in (string[])["code-anonymous", "code-changed", "code-in-file"])
                Assert.Equal((way, 0), (way, await child.AttemptAsync(ProbeBattery.All.Single(probe => probe.Name == way))));
        }
    }

    [Fact]
    public void Every_way_works_outside()
    {
        foreach (var way in Ways)
            Assert.Equal((way, 0), (way, range.Outside(ProbeBattery.All.Single(probe => probe.Name == way))));
    }

    [Theory]
    [InlineData(9, 2)]
    [InlineData(10, 2)]
    public void Without_execution_the_role_s_filter_decides(uint number, int argument)
    {
        var policy = Profiles.Of("renderer");
        var table = SystemCallTable.X64;
        var program = NewCodeFilter.Before([.. PolicyFilter.Build(policy, table, reports: true).Program], reports: true);
        uint Verdict(ulong protection)
        {
            var arguments = new ulong[6];
            arguments[argument] = protection;
            return FilterInterpreter.Run(program, table.AuditArchitecture, number, arguments);
        }
        Assert.Equal(0x7fff0000u, Verdict(0));
        Assert.Equal(0x7fff0000u, Verdict(3));
        foreach (var executable in (ulong[])[4, 5, 7, 0x0100_0000_0000_0005])
            Assert.Equal(0x7fc00000u, Verdict(executable));
    }
}
