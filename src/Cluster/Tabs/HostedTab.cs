using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>A conversation of another node with a tab that lives here: passes commands to the tab's <see cref="TabEntity"/>, and its answers and events back.</summary>
internal sealed class HostedTab : HostedConversation
{
    private static readonly TimeSpan s_longestSearch = TimeSpan.FromSeconds(10);

    private const string Moved = "The tab has moved to another node.";

    private readonly ActorTimers _timers;
    private TabOrder? _order;
    private IActorRef? _entity;
    private bool _hasJoined;

    public HostedTab(HostedStart start) : base(start) => _timers = new ActorTimers(Context);

    internal static Props Props(HostedStart start) => Akka.Actor.Props.Create(() => new HostedTab(start));

    protected override void PostStop()
    {
        _timers.CancelAll();
        base.PostStop();
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    private protected override void OnMessage(object message)
    {
        switch (message)
        {
            case TabOrder order when _order is null && TabName.Parse(order.EntityId) is null:
                throw new WireFormatException("A tab's name is none.");
            case TabOrder order when _order is null && Start.Work.Tabs is { } tabs:
                // As a page from a public address, whatever the asker wants.
                _order = Policy.PrivateAddresses ? order : order with { Initiator = FetchInitiator.PublicPage };
                tabs.Tell(new FindTab(order.EntityId));
                _timers.StartSingleTimer(Late.Instance, Late.Instance, s_longestSearch);
                break;
            case TabAsk ask when _hasJoined && _entity is { } entity:
                entity.Tell(ask.Command, new AnswerRef(((IInternalActorRef)Self).Provider, Self, ask.Id));
                break;
            case TabAsk when _order is not null:
                // Its entity is gone, and the asker learns of that.
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected here.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case TabIsAt when _entity is null && Sender is IInternalActorRef { IsLocal: true }:
                _entity = Context.Watch(Sender);
                _entity.Tell(new TabEntity.JoinTab(_order!));
                break;
            case TabIsAt when _entity is null:
            case Late when !_hasJoined:
                Move(Moved);
                break;
            case TabJoined joined:
                _hasJoined = true;
                _timers.Cancel(Late.Instance);
                Send(joined);
                break;
            case TabUnknown:
                Send(message);
                Finish();
                break;
            case TabEntity.TabFull full:
                Refuse(RefusalKind.Exhausted, full.Problem);
                break;
            case TabMoved moved:
                Move(moved.Problem);
                break;
            case TabProtocol.Closed { Problem: { } problem }:
                // Nobody closed it: it opens again on demand, where it was.
                Move(problem);
                break;
            case AnswerRef.Answered answered:
                OnAnswered(answered);
                break;
            case Progress when !IsClear:
                // A newer one will come.
                break;
            case IEvent:
                Send(new TabTold(message));
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_entity):
                Move(Moved);
                break;
            case TabIsAt or Late or Terminated:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAnswered(AnswerRef.Answered answered) => Send(answered.Answer switch
    {
        Akka.Actor.Status.Failure { Cause: InvalidMessageException invalid } => new TabRefused(answered.Id, invalid.MessageType, invalid.Problem),
        Akka.Actor.Status.Failure failure => new TabRefused(answered.Id, null, failure.Cause.Message),
        var answer => new TabAnswer(answered.Id, answer),
    });

    private void Move(string problem)
    {
        Send(new TabMoved(problem));
        Finish();
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }
}
