using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <content>Finds a node for a conversation, or lets it wait for one.</content>
internal sealed partial class ClusterBrowserActor
{
    // A request that nodes refuse although they offer room is placed so often without a wait; then it waits for an offer each time.
    private const int MostAtOnce = 3;

    private void OnFind(Conversation.FindNode find)
    {
        var request = find.Request;
        // The conversations of tabs are no children.
        Context.Watch(Sender);
        // One that asks again was refused, or its node is lost. If the node has counted the refused request in an offer already, that
        // offer says what is free since.
        if (_memory.Leave(Sender, wasDone: false) is { IsSeen: true, IsLost: false })
            request = request with { Avoid = null };
        if (request.Only is { } only && _memory.Table.ProblemOf(only, request.Kind) is { } not)
            Sender.Tell(not);
        else if (_memory.HasBefore(request) || find.Before > MostAtOnce || !TryPlace(Sender, request))
        {
            if (_memory.Table.IsDoneByNone(request.Kind))
                Sender.Tell(new Conversation.NotPlaced(
                    ConversationFailure.Denied, $"No browser node does a {request.Kind} for other nodes, by their policy or capacity (actorbrowser.cluster.policy, actorbrowser.cluster.capacity)."));
            else if (_memory.Waiting >= _settings.MaxWaiting)
                Sender.Tell(new Conversation.NotPlaced(
                    ConversationFailure.NodesFull, $"No browser node has room, and {_settings.MaxWaiting} requests wait already (actorbrowser.cluster.max-waiting)."));
            else
            {
                // The node that was full may be the first one with room: it says so when it is.
                _memory.Wait(Sender, find with { Request = request with { Avoid = null } });
                WatchWaiting();
            }
        }
    }

    private bool TryPlace(IActorRef conversation, PlacementRequest request)
    {
        if (_memory.Table.Place(request) is not { } node)
            return false;
        _memory.OnPlaced(conversation, node);
        ClusterMetrics.OnPlaced(request.Kind);
        conversation.Tell(new Conversation.Placed(node.Link, node.Key));
        return true;
    }

    private void OnWaitOver()
    {
        foreach (var (conversation, request) in _memory.TakeExpired(_settings.WaitTimeout))
        {
            conversation.Tell(new Conversation.NotPlaced(ConversationFailure.NodesFull, _memory.Table.IsPossible(request)
                ? $"No browser node had room within {_settings.WaitTimeout.TotalSeconds:0.###} s (actorbrowser.cluster.wait-timeout)."
                : $"No browser node that can do this was linked within {_settings.WaitTimeout.TotalSeconds:0.###} s (actorbrowser.cluster.wait-timeout).{_memory.Table.WhyNotLinked()}"));
        }
        WatchWaiting();
    }

    private void WatchWaiting()
    {
        if (_memory.NextExpiry(_settings.WaitTimeout) is { } left && !_timers.IsTimerActive(WaitTick.Instance))
            _timers.StartSingleTimer(WaitTick.Instance, WaitTick.Instance, left);
    }
}
