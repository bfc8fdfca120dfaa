using Akka.Actor;
using Akka.Event;
using static ActorBrowser.WatchProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// Answers a task manager for all browser nodes: asks each for its picture, at most each <see cref="ProcessWatch.Interval"/>, and joins
/// them. A node that does not answer is shown as such. A restart loses a picture in the making, whose askers are told.
/// </summary>
internal sealed class ClusterWatch : UntypedActor
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_slack = TimeSpan.FromMilliseconds(50);

    private readonly ClusterMemory _memory;
    private readonly ActorTimers _timers;
    private readonly List<IActorRef> _askers = [];
    private readonly Dictionary<long, IActorRef> _orders = [];
    private readonly Dictionary<string, object?> _answers = [];
    private readonly List<string> _asked = [];
    private long _round;
    private long _pictureRound;
    private Picture? _picture;
    private long _takenAt;

    public ClusterWatch(ClusterMemory memory)
    {
        _memory = memory;
        _timers = new ActorTimers(Context);
    }

    /// <summary>To the cluster's actor: ask one node. Answered by <see cref="NodeAnswer"/>.</summary>
    internal sealed record AskNode(string Node, long Round, ICommand Question) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A node's answer, or a <c>Status.Failure</c>.</summary>
    internal sealed record NodeAnswer(string Node, long Round, object Answer) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal static Props Props(ClusterMemory memory) => Akka.Actor.Props.Create(() => new ClusterWatch(memory));

    // Runs before a restart, too.
    protected override void PostStop()
    {
        _timers.CancelAll();
        foreach (var asker in _askers.Concat(_orders.Values))
            asker.Tell(new Akka.Actor.Status.Failure(new BrowserStoppedException("The nodes' processes cannot be shown: the actor that asks the nodes has stopped or failed.")));
    }

    protected override bool AroundReceive(Receive receive, object message) => !_timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case GetPicture when _picture is { } picture && _timers.Time.GetElapsedTime(_takenAt) < ProcessWatch.Interval - s_slack:
                Sender.Tell(picture);
                break;
            case GetPicture:
                _askers.Add(Sender);
                if (_askers.Count == 1)
                    Context.Parent.Tell(new ClusterProtocol.GetNodes());
                break;
            case ClusterProtocol.Nodes nodes:
                Begin(nodes.All);
                break;
            case GiveOrder order:
                OnOrder(order);
                break;
            case NodeAnswer answer:
                OnAnswer(answer);
                break;
            case Late:
                Finish();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin(IReadOnlyList<NodeStatus> nodes)
    {
        _answers.Clear();
        _asked.Clear();
        _pictureRound = ++_round;
        foreach (var node in nodes)
        {
            _asked.Add(node.Name);
            if (node is { IsLinked: true, IsReachable: true })
                Context.Parent.Tell(new AskNode(node.Name, _pictureRound, GetPicture.Instance));
            else
                _answers[node.Name] = node.IsReachable ? "it is not linked to this node" : "it cannot be reached";
        }
        if (_answers.Count == _asked.Count)
            Finish();
        else
            _timers.StartSingleTimer(Late.Instance, Late.Instance, s_patience);
    }

    private void OnOrder(GiveOrder order)
    {
        if (_memory.Numbers.Split(order.Number) is not { } process)
        {
            Sender.Tell(new OrderTaken(false, "The process is gone, or is about to be."));
            return;
        }
        _orders.Add(++_round, Sender);
        Context.Parent.Tell(new AskNode(process.Node, _round, order with { Number = process.Number }));
    }

    private void OnAnswer(NodeAnswer answer)
    {
        if (_orders.Remove(answer.Round, out var asker))
        {
            asker.Tell(answer.Answer is Akka.Actor.Status.Failure { Cause: var cause } ? new OrderTaken(false, cause.Message) : answer.Answer);
            return;
        }
        // Of an earlier picture.
        if (answer.Round != _pictureRound || _askers.Count == 0)
            return;
        _answers[answer.Node] = answer.Answer is Akka.Actor.Status.Failure failure ? failure.Cause.Message : answer.Answer;
        if (_answers.Count == _asked.Count)
            Finish();
    }

    private void Finish()
    {
        _timers.Cancel(Late.Instance);
        _takenAt = _timers.Time.GetTimestamp();
        _picture = NodePictures.Join(
            [.. _asked.Select(node => _answers.GetValueOrDefault(node) is var answer ? (node, answer as Picture, answer as string ?? "it has not answered") : default)],
            _memory.Numbers, _timers.Time.GetUtcNow());
        foreach (var asker in _askers)
            asker.Tell(_picture);
        _askers.Clear();
    }

    private sealed class Late
    {
        internal static readonly Late Instance = new();
    }
}
