using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A tab whose coordinator, pool and renderer are played, so that late messages arrive at exact moments.</summary>
[Trait("Tier", "Fast")]
public sealed class TabOrderSpecs : TestKit
{
    private readonly TestProbe _coordinator;
    private readonly TestProbe _pool;
    private readonly TestProbe _child;
    private readonly TestProbe _owner;
    private readonly IActorRef _tab;

    public TabOrderSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off")
    {
        (_coordinator, _pool, _child, _owner) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var settings = ActorBrowserSettings.From(Sys.Settings.Config);
        _tab = Sys.ActorOf(TabActor.Props(new TabRecord(1, new OpenTab { Subscriber = _owner.Ref }, 10), settings, _coordinator.Ref, _pool.Ref, CreateTestProbe().Ref));
    }

    [Fact]
    public async Task The_answer_about_a_page_that_was_left_is_none_about_the_next()
    {
        _tab.Tell(new Navigate("http://site/first"));
        var router = await LendAsync();
        await AnswerFetchAsync();
        var first = await ParsingAsync(router);
        _tab.Tell(new Navigate("http://site/second"));
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
        _tab.Tell(new Navigate("http://site/"));
        var fetch = await _coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        var page = _coordinator.LastSender;
        Watch(page);
        var acquire = await _pool.ExpectMsgAsync<WorkerPool.Acquire>(Deadline.Long);
        _tab.Tell(new WorkerPool.Refused(acquire.Lease, "There is none."), _pool.Ref);
        Assert.Equal("There is none.", Assert.IsType<LoadFailed>(await ConclusionAsync(load: 1)).Message);
        // The page's fetch ends with the page, which the coordinator sees.
        await ExpectTerminatedAsync(page, Deadline.Long);
        Assert.False(fetch.Cancellation.CanBeCanceled);
        Assert.Equal("There is none.", (await _tab.Ask<TabSnapshot>(new GetSnapshot(), Deadline.Long)).Problem);
        await _owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_load_that_failed_keeps_no_process_and_waits_for_none()
    {
        _tab.Tell(new Navigate("http://site/"));
        var acquire = await _pool.ExpectMsgAsync<WorkerPool.Acquire>(Deadline.Long);
        await _coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        _coordinator.Reply(new FetchProtocol.FetchFailed(1, FetchErrorKind.Dns, "No such name.", 0));
        Assert.IsType<LoadFailed>(await ConclusionAsync(load: 1));
        Assert.Same(acquire.Lease, (await _pool.ExpectMsgAsync<WorkerPool.GiveUp>(Deadline.Long)).Lease);
        _tab.Tell(new Reload());
        var router = await LendAsync();
        await _coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        _coordinator.Reply(new FetchProtocol.FetchFailed(2, FetchErrorKind.Dns, "No such name.", 0));
        Assert.IsType<LoadFailed>(await ConclusionAsync(load: 2));
        var returned = await _pool.ExpectMsgAsync<WorkerPool.Return>(Deadline.Long);
        Assert.Equal((router.Child, true), (returned.Child, returned.Reusable));
    }

    [Fact]
    public async Task A_fetch_whose_actor_fails_is_a_load_that_failed_once_and_reload_works()
    {
        _tab.Tell(new Navigate("http://site/"));
        await LendAsync();
        await _coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        _coordinator.LastSender.Tell(Poison.Instance);
        Assert.Contains("has failed", Assert.IsType<LoadFailed>(await ConclusionAsync(load: 1)).Message, StringComparison.Ordinal);
        await _owner.ExpectNoMsgAsync(TimeSpan.Zero);
        await _pool.ExpectMsgAsync<WorkerPool.Return>(Deadline.Long);
        _tab.Tell(new Reload());
        var router = await LendAsync();
        await AnswerFetchAsync();
        Say(new ChildFrames.Document(await ParsingAsync(router), Document("again")));
        Assert.Equal("again", Assert.IsType<LoadFinished>(await ConclusionAsync(load: 2)).Page.Document.Title);
    }

    private async Task<ChildRouter> LendAsync()
    {
        var acquire = await _pool.ExpectMsgAsync<WorkerPool.Acquire>(Deadline.Long);
        var router = new ChildRouter(_child.Ref, 1 << 20);
        _tab.Tell(new WorkerPool.Leased(acquire.Lease, router), _pool.Ref);
        return router;
    }

    private async Task AnswerFetchAsync()
    {
        var fetch = await _coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        var id = WorkIds.Next();
        _coordinator.Reply(new FetchProtocol.FetchStarted(id));
        _coordinator.Reply(new FetchProtocol.FetchHeadersArrived(id, new FetchHeaders(200, "1.1", fetch.Url, [], [], "", AddressSpace.Public, -1, default), 1));
        _coordinator.Reply(new FetchProtocol.FetchCompleted(id, new FetchEnd(0, 0, default)));
    }

    // The id of the page that the renderer was given and has not answered.
    private async Task<ulong> ParsingAsync(ChildRouter router, ulong but = 0)
    {
        await AwaitConditionAsync(() => Task.FromResult(router.InFlight.Any(id => id != but)), Deadline.Long);
        return router.InFlight.Single(id => id != but);
    }

    private void Say(ChildFrames.UserFrame frame) => _tab.Tell(new RoleTraffic.WorkBatch(1, [frame]), _child.Ref);

    private async Task<IEvent> ConclusionAsync(int load)
    {
        while (true)
        {
            switch (await _owner.ExpectMsgAsync<IEvent>(Deadline.Long))
            {
                case LoadFinished finished when finished.Load == load:
                    return finished;
                case LoadFailed failed:
                    Assert.Equal(load, failed.Load);
                    return failed;
                default:
                    break;
            }
        }
    }

    private static DocumentLoaded Document(string title) => new(title, "", "", "utf-8", "default", default, 1, "html", "");
}
