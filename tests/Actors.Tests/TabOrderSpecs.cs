using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A tab whose coordinator, pool and renderer are played, so that late messages arrive at exact moments.</summary>
[Trait("Tier", "Fast")]
public sealed class TabOrderSpecs : PlayedTabSpecs
{
    [Fact]
    public async Task The_answer_about_a_page_that_was_left_is_none_about_the_next()
    {
        Tab.Tell(new Navigate("http://site/first"));
        var router = await LendAsync();
        await AnswerFetchAsync();
        var first = await ParsingAsync(router);
        Tab.Tell(new Navigate("http://site/second"));
        // The renderer has not been given the second page yet.
        Say(new ChildFrames.Document(first, Document("first")));
        await AnswerFetchAsync();
        Say(new ChildFrames.Document(await ParsingAsync(router, but: first), Document("second")));
        var finished = await ConclusionAsync(load: 2);
        Assert.Equal("second", Assert.IsType<LoadFinished>(finished).Page.Document.Title);
    }

    [Fact]
    public async Task A_load_that_failed_for_want_of_a_process_has_no_second_end_and_fetches_nothing_more()
    {
        Tab.Tell(new Navigate("http://site/"));
        var fetch = await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        var page = Coordinator.LastSender;
        Watch(page);
        var acquire = await Pool.ExpectMsgAsync<WorkerPool.Acquire>(Deadline.Long);
        Tab.Tell(new WorkerPool.Refused(acquire.Lease, "There is none."), Pool.Ref);
        Assert.Equal("There is none.", Assert.IsType<LoadFailed>(await ConclusionAsync(load: 1)).Message);
        // The page's fetch ends with the page, which the coordinator sees.
        await ExpectTerminatedAsync(page, Deadline.Long);
        Assert.False(fetch.Cancellation.CanBeCanceled);
        Assert.Equal("There is none.", (await Tab.Ask<TabSnapshot>(new GetSnapshot(), Deadline.Long)).Problem);
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_load_that_failed_keeps_no_process_and_waits_for_none()
    {
        Tab.Tell(new Navigate("http://site/"));
        var acquire = await Pool.ExpectMsgAsync<WorkerPool.Acquire>(Deadline.Long);
        await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        Coordinator.Reply(new FetchProtocol.FetchFailed(1, FetchErrorKind.Dns, "No such name.", 0));
        Assert.IsType<LoadFailed>(await ConclusionAsync(load: 1));
        Assert.Same(acquire.Lease, (await Pool.ExpectMsgAsync<WorkerPool.GiveUp>(Deadline.Long)).Lease);
        Tab.Tell(new Reload());
        var router = await LendAsync();
        await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        Coordinator.Reply(new FetchProtocol.FetchFailed(2, FetchErrorKind.Dns, "No such name.", 0));
        Assert.IsType<LoadFailed>(await ConclusionAsync(load: 2));
        var returned = await Pool.ExpectMsgAsync<WorkerPool.Return>(Deadline.Long);
        Assert.Equal((router.Child, true), (returned.Child, returned.Reusable));
    }

    [Fact]
    public async Task A_fetch_whose_actor_fails_is_a_load_that_failed_once_and_reload_works()
    {
        Tab.Tell(new Navigate("http://site/"));
        await LendAsync();
        await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        Coordinator.LastSender.Tell(Poison.Instance);
        Assert.Contains("has failed", Assert.IsType<LoadFailed>(await ConclusionAsync(load: 1)).Message, StringComparison.Ordinal);
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
        await Pool.ExpectMsgAsync<WorkerPool.Return>(Deadline.Long);
        Tab.Tell(new Reload());
        var router = await LendAsync();
        await AnswerFetchAsync();
        Say(new ChildFrames.Document(await ParsingAsync(router), Document("again")));
        Assert.Equal("again", Assert.IsType<LoadFinished>(await ConclusionAsync(load: 2)).Page.Document.Title);
    }
}
