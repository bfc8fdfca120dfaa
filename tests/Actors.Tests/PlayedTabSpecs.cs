using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Base: a tab whose coordinator, pool and renderer are played by the test.</summary>
public abstract class PlayedTabSpecs : TestKit
{
    protected PlayedTabSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off")
    {
        (Coordinator, Pool, Child, Owner) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        var settings = ActorBrowserSettings.From(Sys.Settings.Config);
        Tab = Sys.ActorOf(TabActor.Props(new TabRecord(1, new OpenTab { Subscriber = Owner.Ref }, 10, PageScripts.None), settings, Coordinator.Ref, Pool.Ref, CreateTestProbe().Ref));
    }

    protected TestProbe Coordinator { get; }

    protected TestProbe Pool { get; }

    protected TestProbe Child { get; }

    protected TestProbe Owner { get; }

    protected IActorRef Tab { get; }

    private protected async Task<ChildRouter> LendAsync()
    {
        var acquire = await Pool.ExpectMsgAsync<WorkerPool.Acquire>(Deadline.Long);
        var router = new ChildRouter(Child.Ref, 1 << 20);
        Tab.Tell(new WorkerPool.Leased(acquire.Lease, router), Pool.Ref);
        return router;
    }

    private protected async Task AnswerFetchAsync()
    {
        var fetch = await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        var id = WorkIds.Next();
        Coordinator.Reply(new FetchProtocol.FetchStarted(id));
        Coordinator.Reply(new FetchProtocol.FetchHeadersArrived(id, new FetchHeaders(200, "1.1", fetch.Url, [], [], "", AddressSpace.Public, -1, default), 1));
        Coordinator.Reply(new FetchProtocol.FetchCompleted(id, new FetchEnd(0, 0, default)));
    }

    // The id of the page that the renderer was given and has not answered.
    private protected async Task<ulong> ParsingAsync(ChildRouter router, ulong but = 0)
    {
        await AwaitConditionAsync(() => Task.FromResult(router.InFlight.Any(id => id != but)), Deadline.Long, Deadline.Often);
        return router.InFlight.Single(id => id != but);
    }

    private protected void Say(ChildFrames.UserFrame frame) => Tab.Tell(new RoleTraffic.WorkBatch(1, [frame]), Child.Ref);

    private protected async Task<IEvent> ConclusionAsync(int load)
    {
        while (true)
        {
            switch (await Owner.ExpectMsgAsync<IEvent>(Deadline.Long))
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

    private protected static DocumentLoaded Document(string title) => new(title, "", "", "utf-8", "default", default, 1, "html", "");
}
