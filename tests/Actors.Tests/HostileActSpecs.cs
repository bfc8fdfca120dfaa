using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A renderer in an attacker's hands answers actions: the tab sends nothing that the page's owner did not give to the page.</summary>
[Trait("Tier", "Fast")]
public sealed class HostileActSpecs : PlayedTabSpecs
{
    private const string UrlEncoded = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("file:///etc/passwd", UrlEncoded, -1)]
    [InlineData("javascript:alert(1)", UrlEncoded, -1)]
    [InlineData("ftp://site/", UrlEncoded, -1)]
    [InlineData("/relative", UrlEncoded, -1)]
    [InlineData("", UrlEncoded, -1)]
    [InlineData("http://site/next", "multipart/form-data; boundary=x", 1)]
    [InlineData("http://site/next", "multipart/form-data; boundary=x", 9999)]
    [InlineData("http://site/next", "multipart/form-data; boundary=x\r\nX: y", -1)]
    [InlineData("http://site/next", "multipart/form-data; boundary=x\n", -1)]
    [InlineData("http://site/next", "application/json", -1)]
    [InlineData("http://site/next", "", -1)]
    public async Task An_answer_that_no_form_gives_sends_nothing_and_ends_the_renderer(string url, string type, int file)
    {
        var router = await LoadAsync();
        // One file was given, by another action of the same page.
        var upload = await ActAsync(router, new Act(ActKind.Upload, "input") { Files = [UploadFile.FromBytes("a", new byte[] { 1 })] });
        Say(new ChildFrames.Acted(upload, ActDone.Changed));
        Assert.Null((await ExpectMsgAsync<Acted>(Deadline.Long)).Load);
        var act = await ActAsync(router, new Act(ActKind.Click, "button"));
        Say(new ChildFrames.Acted(act, ActDone.Changed with { Outcome = ActOutcome.Navigate, IsPost = true, Url = url, ContentType = type, Parts = [new("a"u8.ToArray(), -1), new(default, file)] }));
        Assert.NotEmpty((await ExpectMsgAsync<QueryFailed>(Deadline.Long)).Message);
        await Child.ExpectMsgAsync<ChildProcessActor.ReportViolation>(Deadline.Long);
        await Coordinator.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task Files_are_one_page_s()
    {
        var router = await LoadAsync();
        var upload = await ActAsync(router, new Act(ActKind.Upload, "input") { Files = [UploadFile.FromBytes("a", new byte[] { 1 })] });
        Say(new ChildFrames.Acted(upload, ActDone.Changed));
        await ExpectMsgAsync<Acted>(Deadline.Long);
        var known = router.InFlight;
        Tab.Tell(new Navigate("http://site/other"));
        await AnswerFetchAsync();
        Say(new ChildFrames.Document(await NextAsync(router, known), Document("other")));
        await ConclusionAsync(load: 2);
        Say(new ChildFrames.Acted(await ActAsync(router, new Act(ActKind.Click, "button")), ActDone.Changed with
        {
            Outcome = ActOutcome.Navigate,
            IsPost = true,
            Url = "http://evil/",
            ContentType = "multipart/form-data; boundary=x",
            Parts = [new(default, 0)],
        }));
        Assert.Contains("was not given", (await ExpectMsgAsync<QueryFailed>(Deadline.Long)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_end_ends_the_renderer()
    {
        var router = await LoadAsync();
        var act = await ActAsync(router, new Act(ActKind.Click, "button"));
        var piece = new BodyPart(new byte[ActDone.MostBytes], -1);
        for (var i = 0; i < 70; i++)
            Say(new ChildFrames.Acted(act, ActDone.Changed with { Outcome = ActOutcome.More, Parts = [piece] }));
        await Child.ExpectMsgAsync<ChildProcessActor.ReportViolation>(Deadline.Long);
    }

    [Fact]
    public async Task An_answer_without_a_question_does_nothing()
    {
        await LoadAsync();
        Say(new ChildFrames.Acted(123, ActDone.Changed with { Outcome = ActOutcome.Navigate, Url = "http://evil/" }));
        Assert.Equal(TabState.Loaded, (await Tab.Ask<TabSnapshot>(new GetSnapshot(), Deadline.Long)).State);
        await Coordinator.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_public_page_s_form_is_sent_in_its_name()
    {
        var router = await LoadAsync();
        var act = await ActAsync(router, new Act(ActKind.Click, "button"));
        Say(new ChildFrames.Acted(act, ActDone.Changed with { Outcome = ActOutcome.More, Parts = [new("a="u8.ToArray(), -1)] }));
        Say(new ChildFrames.Acted(act, ActDone.Changed with { Outcome = ActOutcome.Navigate, IsPost = true, Url = "http://other/next", ContentType = UrlEncoded, Parts = [new("b"u8.ToArray(), -1)] }));
        var fetch = await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        Assert.Equal(("POST", "http://other/next", FetchInitiator.PublicPage, "a=b"), (fetch.Method, fetch.Url, fetch.Initiator, System.Text.Encoding.ASCII.GetString(fetch.Body!.Value.Span)));
        Assert.Equal(
            [("Referer", "http://site/"), ("Content-Type", UrlEncoded), ("Origin", "http://site")],
            fetch.Headers.Where(static field => field.Name != "Accept").Select(static field => (field.Name, field.Value)));
        Assert.Equal(2, (await ExpectMsgAsync<Acted>(Deadline.Long)).Load);
    }

    private async Task<ChildRouter> LoadAsync()
    {
        Tab.Tell(new Navigate("http://site/"));
        var router = await LendAsync();
        await AnswerFetchAsync();
        var page = await ParsingAsync(router);
        Say(new ChildFrames.Document(page, Document("page")));
        await ConclusionAsync(load: 1);
        return router;
    }

    // The played channel ends no request, so those that were answered stay in the list.
    private async Task<ulong> ActAsync(ChildRouter router, Act act)
    {
        var known = router.InFlight;
        Tab.Tell(act, TestActor);
        return await NextAsync(router, known);
    }

    private async Task<ulong> NextAsync(ChildRouter router, ulong[] known)
    {
        await AwaitConditionAsync(() => Task.FromResult(router.InFlight.Any(id => !known.Contains(id))), Deadline.Long, Deadline.Often);
        return router.InFlight.Single(id => !known.Contains(id));
    }
}
