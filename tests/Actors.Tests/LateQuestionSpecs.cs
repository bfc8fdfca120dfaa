using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ActorsTests;

/// <summary>Messages to a tab or service that has stopped are answered while the browser lives.</summary>
public sealed class LateQuestionSpecs : TestKit
{
    private readonly IActorRef _browser;

    public LateQuestionSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off") => _browser = Sys.StartActorBrowser();

    private async Task<IActorRef> StoppedAsync(IActorRef actor)
    {
        Watch(actor);
        actor.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        await ExpectTerminatedAsync(actor, Deadline.Long);
        return actor;
    }

    private async Task<IActorRef> StoppedServiceAsync(string name) => await StoppedAsync(await ServiceAsync(name));

    private async Task<IActorRef> ServiceAsync(string name)
    {
        // The browser has created its services once it answers.
        await _browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        return await Sys.ActorSelection(_browser.Path / name).ResolveOne(Deadline.Long);
    }

    [Fact]
    public async Task A_closed_tab_answers_each_question()
    {
        var opened = await _browser.Ask<TabProtocol.TabOpened>(new TabProtocol.OpenTab(), Deadline.Long);
        var tab = await StoppedAsync(opened.Tab);
        foreach (var question in new TabProtocol.ICommand[] { new TabProtocol.Query(DocumentQuery.Text), new TabProtocol.FetchResource("http://127.0.0.1/") })
            Assert.Equal("The tab is closed.", (await tab.Ask<TabProtocol.QueryFailed>(question, Deadline.Long)).Message);
        foreach (var question in new TabProtocol.ICommand[] { new TabProtocol.GetSnapshot(), new TabProtocol.Navigate("http://127.0.0.1/"), new TabProtocol.Reload(), new TabProtocol.Back(), new TabProtocol.Forward() })
            Assert.Equal("The tab is closed.", (await Assert.ThrowsAsync<PageException>(() => tab.Ask<object>(question, Deadline.Long))).Message);
        var subscriber = CreateTestProbe();
        tab.Tell(new TabProtocol.Subscribe(subscriber), ActorRefs.NoSender);
        await subscriber.ExpectMsgAsync<TabProtocol.Closed>(Deadline.Long);
        // Stop is not answered: the next message answers the subscription.
        tab.Tell(new TabProtocol.Stop(), subscriber);
        tab.Tell(new TabProtocol.Subscribe(subscriber), subscriber);
        await subscriber.ExpectMsgAsync<TabProtocol.Closed>(Deadline.Long);
    }

    [Fact]
    public async Task A_pool_that_was_stopped_is_named_to_a_tab_and_to_who_wants_an_image()
    {
        await using var tab = await BrowserClient.For(_browser).OpenTabAsync();
        foreach (var pool in new[] { "renderers", "decoders" })
            await StoppedServiceAsync(pool);
        Assert.Contains("'renderers' was stopped", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("http://127.0.0.1:1/").Soon())).Message, StringComparison.Ordinal);
        Assert.Contains("'decoders' was stopped", (await Assert.ThrowsAsync<ImageException>(() => BrowserClient.For(_browser).DecodeAsync(new ImageProtocol.Decode(new byte[8])).Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_of_a_tab_has_its_own_answer_and_a_blank_tab_has_nothing_to_load_again()
    {
        await using var tab = await BrowserClient.For(_browser).OpenTabAsync();
        Assert.Contains("blank", (await Assert.ThrowsAsync<PageException>(() => tab.ReloadAsync().Soon())).Message, StringComparison.Ordinal);
        var tooLong = tab.NavigateAsync("http://127.0.0.1:1/" + new string('x', 70_000));
        var other = tab.NavigateAsync("ftp://127.0.0.1/");
        await Assert.ThrowsAsync<InvalidMessageException>(() => tooLong.Soon());
        Assert.Equal(FetchErrorKind.UnsupportedScheme, (await Assert.ThrowsAsync<PageException>(() => other.Soon())).Kind);
        tab.Tab.Tell(new TabProtocol.Navigate("gopher://127.0.0.1/"));
        Assert.Contains("ftp:", (await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("ftp://127.0.0.1/").Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_was_stopped_is_named_to_each_who_asks_the_browser_for_it()
    {
        foreach (var name in new[] { "images", "tabs", "crashes" })
            await StoppedServiceAsync(name);
        Assert.Contains("'images' was stopped", (await _browser.Ask<ImageProtocol.DecodeRefused>(new ImageProtocol.Decode(new byte[8]), Deadline.Long)).Message, StringComparison.Ordinal);
        Assert.Contains("'tabs' was stopped", (await Assert.ThrowsAsync<BrowserStoppedException>(() => _browser.Ask<object>(new TabProtocol.OpenTab(), Deadline.Long))).Message, StringComparison.Ordinal);
        Assert.Contains("'crashes' was stopped", (await Assert.ThrowsAsync<BrowserStoppedException>(() => _browser.Ask<object>(new CrashProtocol.GetCrashes(), Deadline.Long))).Message, StringComparison.Ordinal);
        Assert.Contains("'tabs' was stopped", (await Assert.ThrowsAsync<BrowserStoppedException>(() => BrowserClient.For(_browser).OpenTabAsync().Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_browser_s_end_its_services_say_that_the_browser_has_stopped()
    {
        var services = new Dictionary<string, IActorRef>();
        foreach (var name in new[] { "images", "commands", "tabs" })
            services.Add(name, await ServiceAsync(name));
        await StoppedAsync(_browser);
        Assert.Equal(BrowserStoppedException.Sentence, (await services["images"].Ask<ImageProtocol.DecodeRefused>(new ImageProtocol.Decode(new byte[8]), Deadline.Long)).Message);
        Assert.Equal(SpawnFailure.Stopped, (await services["commands"].Ask<CommandProtocol.SpawnRefused>(new CommandProtocol.Spawn(["true"]), Deadline.Long)).Kind);
        await Assert.ThrowsAsync<BrowserStoppedException>(() => services["tabs"].Ask<object>(new TabProtocol.OpenTab(), Deadline.Long));
    }
}
