using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A tab that goes on elsewhere: what it needs for that, and how it begins there.</summary>
[Trait("Tier", "Fast")]
public sealed class TabMemorySpecs : PlayedTabSpecs
{
    private static readonly TabMemory s_memory = new(["http://site/first", "http://site/second", "http://site/third"], 1, 41) { Title = "Second", Initiator = FetchInitiator.PublicPage };

    [Fact]
    public async Task A_tab_says_where_it_is()
    {
        Assert.Equal((-1, 0), (await MemoryAsync(Tab)) is var blank ? (blank.Position, blank.History.Count) : default);
        Tab.Tell(new Navigate("http://site/first"));
        var router = await LendAsync();
        await AnswerFetchAsync();
        Say(new ChildFrames.Document(await ParsingAsync(router), Document("First")));
        await ConclusionAsync(load: 1);
        var memory = await MemoryAsync(Tab);
        Assert.Equal((0, "First", 1, false), (memory.Position, memory.Title, memory.Load, memory.AnsweredForm));
        Assert.Equal(["http://site/first"], memory.History);

        Tab.Tell(new Navigate("http://site/second"));
        await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        memory = await MemoryAsync(Tab);
        Assert.Equal((0, "First", 2), (memory.Position, memory.Title, memory.Load));
    }

    [Fact]
    public async Task A_tab_goes_on_where_it_was_and_loads_its_page_as_it_was_loaded()
    {
        var tab = Open(s_memory);
        var snapshot = await tab.Ask<TabSnapshot>(new GetSnapshot(), Deadline.Long);
        Assert.Equal((TabState.Crashed, "http://site/second", "Second", 1), (snapshot.State, snapshot.Url, snapshot.Title, snapshot.Position));
        Assert.Equal(s_memory.History, snapshot.History);
        Assert.Equal(s_memory with { History = [] }, await MemoryAsync(tab) with { History = [] });
        Assert.Equal(DocumentFailure.NoDocument, (await tab.Ask<QueryFailed>(new Query(DocumentQuery.Text), Deadline.Long)).Kind);

        tab.Tell(new Reload());
        var fetch = await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
        Assert.Equal(("http://site/second", FetchInitiator.PublicPage), (fetch.Url, fetch.Initiator));
        Assert.Equal(42, (await Owner.FishForMessageAsync<LoadStarted>(static _ => true, Deadline.Long)).Load);
    }

    [Theory]
    [InlineData(-1, "http://site/first")]
    [InlineData(1, "http://site/third")]
    public async Task A_tab_goes_back_and_forward_in_the_history_that_it_had(int steps, string url)
    {
        Open(s_memory).Tell(steps < 0 ? new Back() : new Forward());
        Assert.Equal(url, (await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long)).Url);
    }

    [Fact]
    public async Task A_page_that_answered_a_form_is_not_loaded_again_even_if_that_is_asked_for()
    {
        var tab = Open(s_memory with { AnsweredForm = true });
        tab.Tell(new Reload { Resubmit = true });
        Assert.Contains("form", Assert.IsType<LoadFailed>(await ConclusionAsync(load: 42)).Message, StringComparison.Ordinal);
        await Coordinator.ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.True((await MemoryAsync(tab)).AnsweredForm);
        tab.Tell(new Navigate("http://site/other"));
        await Coordinator.ExpectMsgAsync<FetchProtocol.Fetch>(Deadline.Long);
    }

    [Fact]
    public async Task Of_a_history_that_is_longer_than_is_kept_the_part_with_the_position_is_kept()
    {
        var urls = Enumerable.Range(0, 30).Select(static number => $"http://site/{number}").ToArray();
        foreach (var position in new[] { 0, 5, 29 })
        {
            var memory = await MemoryAsync(Open(new TabMemory(urls, position, 0)));
            Assert.Equal((10, urls[position]), (memory.History.Count, memory.History[memory.Position]));
        }
    }

    private IActorRef Open(TabMemory memory) => Sys.ActorOf(TabActor.Props(
        new TabRecord(2, new OpenTab { Subscriber = Owner.Ref, Memory = memory }, 10, PageScripts.None), ActorBrowserSettings.From(Sys.Settings.Config), Coordinator.Ref, Pool.Ref, CreateTestProbe().Ref));

    private static Task<TabMemory> MemoryAsync(IActorRef tab) => tab.Ask<TabMemory>(TabMemory.Get.Instance, Deadline.Long);
}
