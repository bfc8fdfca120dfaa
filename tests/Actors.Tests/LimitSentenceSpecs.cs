using ActorBrowser.Transport;

namespace ActorBrowser.ActorsTests;

/// <summary>A command's end has the cause that its runner's end names.</summary>
public sealed class LimitSentenceSpecs
{
    [Theory]
    [InlineData("memory", "", ExitCause.MemoryLimit)]
    [InlineData("memory", ", and its runtime aborted", ExitCause.MemoryLimit)]
    [InlineData("processes", "", ExitCause.ProcessLimit)]
    [InlineData("descriptors", "", ExitCause.RunnerLost)]
    public void A_cause_is_read_back_from_the_sentence_within_another(string limit, string then, ExitCause cause) =>
        Assert.Equal(cause, LimitSentence.CauseOf($"The command-runner child 7 was lost: {LimitSentence.Of(limit, then)} The rest."));
}
