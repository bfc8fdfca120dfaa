using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>A tab used by an actor, as docs/tabs.md shows it.</summary>
public sealed class SubscriberSpecs : BrowserSpecs
{
    [Fact]
    public async Task An_actor_subscribes_to_a_tab_as_the_documentation_says()
    {
        var site = await ServeHtmlAsync("<title>news</title><a href=/one>one</a>");
        var probe = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new LinkReader(Browser, site, probe.Ref)));
        Assert.Equal([site + "/one"], await probe.ExpectMsgAsync<IReadOnlyList<string>>(Deadline.Long));
        var lost = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new LinkReader(Browser, "http://127.0.0.1:1/", lost.Ref)));
        Assert.Contains("refused the connection", (await lost.ExpectMsgAsync<Akka.Actor.Status.Failure>(Deadline.Long)).Cause.Message, StringComparison.Ordinal);
    }

    // <!-- subscriber -->
    /// <summary>Reads the links of one page, sends them to the reader, and stops; its tab is closed with it.</summary>
    public sealed class LinkReader(IActorRef browser, string url, IActorRef reader) : UntypedActor
    {
        private IActorRef _tab = ActorRefs.Nobody;

        // Subscribed from the tab's beginning: no event is missed.
        protected override void PreStart() => browser.Tell(new OpenTab { Subscriber = Self });

        protected override void PostStop() => _tab.Tell(new Close());

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case TabOpened opened:
                    _tab = opened.Tab;
                    _tab.Tell(new Navigate(url));
                    break;
                case LoadFinished:
                    _tab.Tell(new Query(ActorBrowser.Transport.DocumentQuery.Links));
                    break;
                case QueryResult links:
                    End((IReadOnlyList<string>)[.. links.Items.Select(static link => link.Value)]);
                    break;
                case LoadFailed { Message: var problem }:
                    End(new Akka.Actor.Status.Failure(new PageException(problem)));
                    break;
                case Crashed { Message: var problem, Exited: var exited }:
                    End(new Akka.Actor.Status.Failure(new PageException(problem) { Exited = exited }));
                    break;
                case QueryFailed { Message: var problem }:
                    End(new Akka.Actor.Status.Failure(new PageException(problem)));
                    break;
                case Closed { Problem: var problem }:
                    End(new Akka.Actor.Status.Failure(new PageException(problem ?? "The tab is closed.")));
                    break;
                case Akka.Actor.Status.Failure refused:
                    End(refused);
                    break;
                default:
                    // Events on the progress of the page.
                    break;
            }
        }

        private void End(object answer)
        {
            reader.Tell(answer);
            Context.Stop(Self);
        }
    }
    // <!-- /subscriber -->
}
