using Akka.Actor;
using static ActorBrowser.CrawlProtocol;

namespace ActorBrowser;

/// <summary>Starts crawls. One whose actor fails ends; the others go on.</summary>
internal sealed class CrawlManager : UntypedActor
{
    private readonly ActorBrowserSettings _settings;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _renderers;

    public CrawlManager(ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers)
    {
        _settings = settings;
        _coordinator = coordinator;
        _renderers = renderers;
    }

    internal static Props Props(ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers) =>
        Akka.Actor.Props.Create(() => new CrawlManager(settings, coordinator, renderers));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        if (message is StartCrawl start)
            Sender.Tell(new CrawlStarted(Context.ActorOf(CrawlActor.Props(start, _settings, _coordinator, _renderers))));
        else
            Unhandled(message);
    }
}
