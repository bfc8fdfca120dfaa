using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Opens tabs. A tab that fails as an actor is stopped, and no other feels it.</summary>
internal sealed class TabManager : UntypedActor
{
    private readonly ActorBrowserSettings _settings;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _renderers;
    private readonly IActorRef _images;
    private int _lastNumber;

    public TabManager(ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images)
    {
        _settings = settings;
        _coordinator = coordinator;
        _renderers = renderers;
        _images = images;
    }

    internal static Props Props(ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images) =>
        Akka.Actor.Props.Create(() => new TabManager(settings, coordinator, renderers, images));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        if (message is not OpenTab open)
        {
            Unhandled(message);
            return;
        }
        var number = ++_lastNumber;
        var tab = Context.ActorOf(TabActor.Props(number, open, _settings, _coordinator, _renderers, _images), $"tab-{number}");
        Sender.Tell(new TabOpened(tab, number));
    }
}
