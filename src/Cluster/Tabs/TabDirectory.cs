using Akka.Actor;
using Akka.Event;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>What an asking node's tabs need.</summary>
/// <param name="Cluster">See <see cref="ClusterBrowserActor"/>.</param>
/// <param name="Region">The shard region of tabs, or the way to it.</param>
/// <param name="Settings">The settings.</param>
internal sealed record TabAsker(IActorRef Cluster, IActorRef Region, ClusterSettings Settings)
{
    /// <summary>The names among its own that are no tabs.</summary>
    internal UnopenedTabs Unopened { get; init; } = new();

    internal object NoTab(string entityId) => TabName.Parse(entityId) is { } name ? new ClusterProtocol.NoTab(name.Identity, name.Tab) : new Status.Failure(new PageException("There is no such tab."));
}

/// <summary>Opens tabs of the cluster for this node's actors, and tells other nodes which tabs live here. It is not restarted: a message that makes it fail is answered with the failure.</summary>
internal sealed class TabDirectory : UntypedActor
{
    /// <summary>The actor's name below /user: nodes ask each other's for their tabs.</summary>
    internal const string Name = "actorbrowser-tabs";

    private readonly TabAsker _asker;
    private readonly bool _hasTabs;
    private int _lastNumber;

    public TabDirectory(TabAsker asker, bool hasTabs) => (_asker, _hasTabs) = (asker, hasTabs);

    internal static Props Props(TabAsker asker, bool hasTabs) => Akka.Actor.Props.Create(() => new TabDirectory(asker, hasTabs));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        try
        {
            if (Entry.Admits(message, Sender))
                OnAdmitted(message);
        }
        catch (Exception e)
        {
            // A restart would restart every tab, and lose what is under way.
            Context.GetLogger().Error(e, "A {0} could not be handled", message.GetType().Name);
            Sender.Tell(new Status.Failure(e));
        }
    }

    private void OnAdmitted(object message)
    {
        switch (message)
        {
            case OpenTab { Identity: not null }:
                Refuse("Identity is an object of this node; a tab of the cluster has a new identity, or one by name (ClusterProtocol.OpenClusterTab)");
                break;
            case OpenTab { Downloads: not null }:
                Refuse("Downloads is a folder of this node; a tab of the cluster takes no files");
                break;
            case OpenTab open:
                Open(new TabOrder(TabName.Random().EntityId) { IsPrivate = true, LoadImages = open.LoadImages, Initiator = open.Initiator, Scripts = open.Scripts }, open.Subscriber);
                break;
            case ClusterProtocol.OpenClusterTab open:
                Open(new TabOrder(new TabName(open.Identity, open.Tab).EntityId) { MustExist = open.MustExist, LoadImages = open.LoadImages, Initiator = open.Initiator, Scripts = open.Scripts }, open.Subscriber);
                break;
            case ClusterProtocol.CloseClusterTab close:
                Context.ActorOf(TabCloser.Props(close, Sender, Self));
                break;
            case ClusterProtocol.ListClusterTabs:
                Context.ActorOf(TabLister.Props(_asker.Settings.Role, Sender));
                break;
            case ListTabs when _hasTabs:
                Context.ActorOf(LocalTabLister.Props(_asker.Region, _asker.Unopened, Sender));
                break;
            case ListTabs:
                Sender.Tell(new TabsHere([], IsLast: true));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Open(TabOrder order, IActorRef? subscriber) => Context.ActorOf(ClusterTabActor.Props(_asker, order, Sender, subscriber, ++_lastNumber));

    private void Refuse(string problem) => Sender.Tell(new Status.Failure(new InvalidMessageException(nameof(OpenTab), problem)));
}
