using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// A tab of the cluster, on the node where it was asked for: takes the commands of a tab, wherever it lives. When that changes, it finds
/// the tab and goes on. Of what was under way, questions are asked once more; the rest fails, once.
/// <code>
///   Finding ── TabIsAt ──► Joining ── TabJoined ──► Open ── node lost, tab moved ──► Finding
///      └── find-timeout: what waits fails ──► Idle ── a command ──► Finding
/// </code>
/// </summary>
internal sealed partial class ClusterTabActor : UntypedActor
{
    private const int MostWaiting = 1000;

    // Two seconds: by then all nodes know of a lost one.
    private const int FindsOfOneRegion = 3;

    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestAgain = TimeSpan.FromSeconds(1);

    private readonly TabAsker _asker;
    private readonly TabOrder _order;
    private readonly int _number;
    private readonly ActorTimers _timers;
    private readonly TabCalls _calls = new();
    private readonly TabWatchers _watchers;
    private IActorRef? _opener;
    private IActorRef? _conversation;
    private string? _node;
    private TimeSpan _again = s_again;
    private int _finds;
    private bool _isOpen;
    private bool _isOver;
    private ulong? _life;

    public ClusterTabActor(TabAsker asker, TabOrder order, IActorRef opener, IActorRef? subscriber, int number)
    {
        (_asker, _order, _opener, _number) = (asker, order, opener, number);
        _timers = new ActorTimers(Context);
        _watchers = new TabWatchers(Self);
        if (subscriber is not null)
            Add(subscriber);
    }

    internal static Props Props(TabAsker asker, TabOrder order, IActorRef opener, IActorRef? subscriber, int number) =>
        Akka.Actor.Props.Create(() => new ClusterTabActor(asker, order, opener, subscriber, number));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart() => Find();

    protected override void PostStop()
    {
        _timers.CancelAll();
        End("This node's actor for the tab was stopped.", new BrowserStoppedException("This node's actor for the tab was stopped."));
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (_isOver || !Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Subscribe subscribe when _isLeaving:
                subscribe.Subscriber.Tell(new TabProtocol.Closed { Problem = HasLeft }, Self);
                break;
            case Subscribe subscribe:
                Add(subscribe.Subscriber);
                break;
            case ClusterProtocol.LeaveTab:
                Leave();
                break;
            case ICommand command when _isLeaving:
                RefuseLeft(new TabCalls.Call(0, command, Sender));
                break;
            case ICommand command:
                OnCommand(command);
                break;
            case FindTick:
                Find();
                break;
            case TabIsAt at when !_isOpen && at.EntityId == _order.EntityId && at.Node != _node && OtherRegions.IsOf(Context.System, _asker.Settings.Role, at.Node, Sender):
                Join(at.Node);
                break;
            case Conversation.FindNode:
                _asker.Cluster.Tell(message, Sender);
                break;
            case TabConversation.Heard heard when Sender.Equals(_conversation):
                OnHeard(heard.Message);
                break;
            case TabConversation.Over over when Sender.Equals(_conversation):
                OnOver(over);
                break;
            case GiveUpTick when _isLeaving:
                EndLeft();
                break;
            case GiveUpTick:
                GiveUp();
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_left):
                OnLeft();
                break;
            case Terminated terminated:
                _watchers.Remove(terminated.ActorRef);
                break;
            case TabIsAt or TabConversation.Heard or TabConversation.Over:
                // Of an earlier place.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Add(IActorRef subscriber)
    {
        if (_watchers.Add(subscriber) && subscriber is not MinimalActorRef)
            Context.Watch(subscriber);
    }

    // Also asks while a conversation waits for its node: the tab may have moved on.
    private void Find()
    {
        if (_isOpen)
            return;
        if (!_timers.IsTimerActive(GiveUpTick.Instance))
            _timers.StartSingleTimer(GiveUpTick.Instance, GiveUpTick.Instance, _asker.Settings.Tabs.FindTimeout);
        var find = new FindTab(_order.EntityId);
        _asker.Region.Tell(find);
        if (++_finds > FindsOfOneRegion)
            OtherRegions.Ask(Context, _asker.Settings.Role, find);
        // The region, or the answer, may be lost with a node.
        _timers.StartSingleTimer(FindTick.Instance, FindTick.Instance, _again);
        _again = _again * 2 < s_longestAgain ? _again * 2 : s_longestAgain;
    }

    private void Join(string node)
    {
        if (_conversation is { } waiting)
            Context.Stop(waiting);
        _node = node;
        _conversation = Context.ActorOf(TabConversation.Props(new ConversationStart(WorkIds.Next(), Self, _asker.Settings), _order, node));
    }

    private void OnCommand(ICommand command)
    {
        if (command is Act act && act.Files.Any(static file => file.Bytes is null))
        {
            Sender.Tell(ActRefusals.Refused(ActFailure.ValueNotAllowed, "A file on disk stays on its node: give its bytes (UploadFile.FromBytes) to a tab of the cluster."));
            return;
        }
        if (!_isOpen && _calls.Waiting >= MostWaiting)
        {
            Fail(new TabCalls.Call(0, command, Sender), $"{MostWaiting} commands wait for the tab's node already.");
            return;
        }
        var call = _calls.Add(command, Sender);
        if (_isOpen)
            Send(call);
        else
            Find();
    }

    private void Send(TabCalls.Call call)
    {
        _conversation!.Tell(new TabAsk(call.Id, call.Command));
        _calls.OnSent(call);
    }

    private void OnHeard(object message)
    {
        switch (message)
        {
            case TabJoined joined when !_isOpen:
                OnJoined(joined.Life);
                break;
            case TabUnknown when _life is null:
                _opener?.Tell(_asker.NoTab(_order.EntityId));
                _opener = null;
                End("There is no such tab.", new PageException("There is no such tab."));
                break;
            case TabUnknown:
                End("The tab was closed from another node.", new PageException("The tab was closed from another node."));
                break;
            case TabMoved moved:
                OnLost(moved.Problem);
                break;
            case TabAnswer answer:
                _calls.Take(answer.Id)?.Sender.Tell(answer.Answer is TabSnapshot snapshot ? snapshot with { Number = _number } : answer.Answer, Self);
                break;
            case TabRefused refused:
                _calls.Take(refused.Id)?.Sender.Tell(new Akka.Actor.Status.Failure(
                    refused.Invalid is { } type ? new InvalidMessageException(type, refused.Problem) : new PageException(refused.Problem)), Self);
                break;
            case TabTold { Happened: TabProtocol.Closed closed }:
                _watchers.Tell(closed);
                _watchers.Clear();
                End(closed.Problem ?? "The tab is closed.", new PageException(closed.Problem ?? "The tab is closed."));
                break;
            case TabTold { Happened: IEvent happened }:
                if (happened is LoadStarted started)
                    _calls.OnLoadStarted(started.Url);
                _watchers.On(happened);
                break;
            default:
                // Of a later version, or of one that does not keep to the protocol.
                Context.GetLogger().Debug("A {0} is not expected of a tab", message.GetType().Name);
                break;
        }
    }

    private void OnJoined(ulong life)
    {
        _timers.CancelAll();
        (_again, _finds) = (s_again, 0);
        if (_life is { } before && before != life)
            _watchers.OnPageLost("The tab has lost its page with its node, or moved to another one; the page is loaded again on demand.");
        (_isOpen, _life) = (true, life);
        _opener?.Tell(new TabOpened(Self, _number));
        _opener = null;
        foreach (var call in _calls.Unsent())
            Send(call);
        LeaveIfSent();
    }

    private void OnOver(TabConversation.Over over)
    {
        var hadTab = _life is not null;
        switch (over.Failure)
        {
            case ConversationFailure.NodeLost:
            case ConversationFailure.Failed or ConversationFailure.NodesFull when hadTab:
                OnLost(over.Problem);
                break;
            case ConversationFailure.NodesFull:
                End(over.Problem, new NodesFullException(over.Problem));
                break;
            default:
                End(over.Problem, new PageException(over.Problem));
                break;
        }
    }

    private void OnLost(string problem)
    {
        (_conversation, _node, _isOpen) = (null, null, false);
        var failed = _calls.OnLost();
        _watchers.OnLoadLost(problem);
        foreach (var call in failed)
            Fail(call, problem);
        if (!_timers.IsTimerActive(GiveUpTick.Instance))
            _timers.StartSingleTimer(GiveUpTick.Instance, GiveUpTick.Instance, _asker.Settings.Tabs.FindTimeout);
        _timers.StartSingleTimer(FindTick.Instance, FindTick.Instance, s_again);
    }

    private void GiveUp()
    {
        var problem = $"No browser node said within {_asker.Settings.Tabs.FindTimeout.TotalSeconds:0.###} s that it has the tab (actorbrowser.cluster.tabs.find-timeout).";
        if (_isOpen)
            return;
        if (_life is null)
        {
            End(problem, new NodesFullException(problem));
            return;
        }
        // The next command begins again.
        _timers.CancelAll();
        if (_conversation is { } waiting)
            Context.Stop(waiting);
        (_conversation, _node) = (null, null);
        foreach (var call in _calls.TakeAll())
            Fail(call, problem);
    }

    private void Fail(TabCalls.Call call, string problem)
    {
        if (call.IsNavigation)
            _watchers.OnNavigationLost(call.Command, problem);
        else if (call.IsQuestion)
            call.Sender.Tell(call.Command is GetSnapshot ? new Akka.Actor.Status.Failure(new NodeLostException(problem)) : TabRefusals.Lost(call.Command, problem, new NodeLostException(problem)), Self);
    }

    private sealed class FindTick
    {
        internal static readonly FindTick Instance = new();
    }

    private sealed class GiveUpTick
    {
        internal static readonly GiveUpTick Instance = new();
    }
}
