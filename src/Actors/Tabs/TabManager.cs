using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// Opens tabs. A tab whose actor fails is restarted with its <see cref="TabRecord"/>, or closed if that happens too often; other tabs
/// are not affected. The manager itself is resumed when it fails, because a restart would restart all tabs.
/// </summary>
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

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        maxNrOfRetries: 5, withinTimeRange: TimeSpan.FromMinutes(1), static cause => cause is ActorInitializationException ? Directive.Stop : Directive.Restart);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        if (message is not OpenTab open)
        {
            Unhandled(message);
            return;
        }
        var number = ++_lastNumber;
        var span = RequestSpan.Begin("open tab", open.TraceParent);
        try
        {
            var tab = Context.ActorOf(TabActor.Props(new TabRecord(number, open, _settings.Tabs.MaxHistory, _settings.Tabs.Scripts), _settings, _coordinator, _renderers, _images), $"tab-{number}");
            span?.Set("actorbrowser.tab", number);
            span?.End();
            Sender.Tell(new TabOpened(tab, number));
        }
        catch (Exception e) when (e is InvalidOperationException or AkkaException)
        {
            span?.Fail(e);
            Sender.Tell(new Akka.Actor.Status.Failure(new PageException($"Tab {number} could not be opened: {e.Message}", e)));
        }
    }
}
