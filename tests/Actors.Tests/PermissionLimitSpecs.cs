using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>How much a command can ask, and that a flood of it harms no other.</summary>
[Trait("Tier", "Fast")]
public sealed class PermissionLimitSpecs : PermissionSpecs
{
    [Fact]
    public async Task A_flood_of_one_command_is_denied_at_its_limits_and_another_command_is_asked_for()
    {
        var broker = Broker("actorbrowser.permissions { max-open-per-session = 2\nmax-questions-per-session = 3 }");
        for (var i = 0; i < 200; i++)
            Ask(broker, File($"/{i}"));
        for (var i = 0; i < 198; i++)
            Assert.Contains("max-open-per-session", (await AnswerAsync()).Sentence, StringComparison.Ordinal);
        Ask(broker, File("/a"), "cmd-2");
        Assert.Equal(["cmd-1", "cmd-1", "cmd-2"], (await OpenAsync(broker)).Select(static question => question.Session));
        // One by one it gets no further than the number of questions in all.
        var first = await QuestionAsync<FileRequested>();
        await QuestionAsync<FileRequested>();
        Assert.Equal("cmd-2", (await QuestionAsync<FileRequested>()).Session);
        Decide(broker, first.Id, PermissionDecision.Deny, Person);
        await AnswerAsync();
        await Person.ExpectMsgAsync<Decided>(Deadline.Long);
        Ask(broker, File("/x"));
        Decide(broker, (await QuestionAsync<FileRequested>()).Id, PermissionDecision.Deny, Person);
        await AnswerAsync();
        Ask(broker, File("/y"));
        Assert.Contains("max-questions-per-session", (await AnswerAsync()).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task No_more_are_open_in_all_than_configured(int most)
    {
        var broker = Broker($"actorbrowser.permissions.max-open = {most}");
        for (var i = 0; i <= most; i++)
            Ask(broker, File("/a"), $"cmd-{i}");
        Assert.Contains("permissions.max-open ", (await AnswerAsync()).Sentence, StringComparison.Ordinal);
        Assert.Equal(most, (await OpenAsync(broker)).Count);
    }

    [Fact]
    public async Task Threads_without_number_that_ask_for_the_same_are_denied_beyond_256()
    {
        var broker = Broker();
        for (var i = 0; i < 257; i++)
            Ask(broker, File("/a"));
        Assert.Equal((257, "rule"), await AnswerAsync() is var denied ? (denied.Key, denied.By) : default);
        Decide(broker, (await QuestionAsync<FileRequested>()).Id, PermissionDecision.AllowOnce, Person);
        for (var i = 1; i <= 256; i++)
            Assert.Equal(i, (await AnswerAsync()).Key);
    }
}
