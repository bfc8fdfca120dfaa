using ActorBrowser.Sandbox;

namespace ActorBrowser.ActorsTests;

/// <summary>Verdicts from how a process ended and from its last lines.</summary>
[Trait("Tier", "Fast")]
public sealed class ExitVerdictSpecs
{
    [Theory]
    [InlineData("Out of memory.", KillCause.Limit)]
    [InlineData("Unhandled exception. ", KillCause.Limit)]
    [InlineData("Unhandled exception. System.InvalidOperationException: thrown on purpose", KillCause.None)]
    [InlineData("", KillCause.None)]
    public void An_abort_for_want_of_memory_is_told_by_what_the_runtime_wrote(string line, KillCause cause)
    {
        var verdict = ExitVerdict.Of(Ended(null, 6, "a line before", line, "   at Some.Method()"), shutdownRequested: false, wasReady: true);
        Assert.Equal((cause == KillCause.Limit ? ExitReason.Killed : ExitReason.Crashed, cause), (verdict.Reason, verdict.Cause));
    }

    [Fact]
    public void The_same_words_before_another_end_mean_nothing()
    {
        Assert.Equal(ExitReason.Crashed, ExitVerdict.Of(Ended(null, 11, "Out of memory."), shutdownRequested: false, wasReady: true).Reason);
        Assert.Equal(ExitReason.Clean, ExitVerdict.Of(Ended(0, null, "Out of memory."), shutdownRequested: true, wasReady: true).Reason);
    }

    private static ChildExit Ended(int? code, int? signal, params string[] lines) => new(code, signal, false, lines, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null);
}
