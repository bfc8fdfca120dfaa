using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>What is kept of a <see cref="TabEntity"/>'s tab: read once, kept after each change, and counted among the tabs of its node while there is something. For the entity's thread only.</summary>
/// <param name="context">The entity's; the keeper is its child.</param>
/// <param name="entityId">The tab.</param>
/// <param name="node">Its node.</param>
internal sealed class TabRecord(IActorContext context, string entityId, TabNode node)
{
    private IActorRef? _keeper;
    private long _last;
    private long _saved;
    private bool _isCounted;

    /// <summary>What is kept; null for nothing, or while <see cref="IsRead"/> is false.</summary>
    internal KeptTab? Kept { get; private set; }

    internal bool IsRead { get; private set; }

    /// <summary>Whether the last change is safe.</summary>
    internal bool IsSaved => _saved == _last;

    internal bool IsKeeper(IActorRef actor) => actor.Equals(_keeper);

    /// <summary>Begins to read, the first time.</summary>
    internal void Read() => _keeper ??= context.Watch(context.ActorOf(node.Store.KeeperOf($"tab/{entityId}")));

    internal void OnRead(ReadOnlyMemory<byte>? state)
    {
        IsRead = true;
        try
        {
            Kept = state is { } bytes ? KeptTab.Decode(bytes) : null;
        }
        catch (WireFormatException e)
        {
            context.GetLogger().Error("What is kept of the tab {0} cannot be read; it counts as closed: {1}", entityId, e.Message);
        }
        if (Kept is null)
        {
            node.Unopened.Add(entityId);
            return;
        }
        _isCounted = true;
        node.Count.Add();
    }

    /// <summary>Begins a new tab, if its node has room for one.</summary>
    internal bool TryBegin(TabOrder order)
    {
        if (!node.Count.TryAdd())
            return false;
        _isCounted = true;
        node.Unopened.Remove(entityId);
        Save(new KeptTab(order, null));
        return true;
    }

    internal void Save(KeptTab kept)
    {
        Kept = kept;
        _keeper.Tell(new TabKeeper.Save(++_last, kept.Encode()));
    }

    /// <summary>Nothing is kept from now on.</summary>
    internal void Forget() => _keeper.Tell(new TabKeeper.Save(++_last, null));

    internal void OnSaved(long number) => _saved = number;

    /// <summary>The entity stops: its tab is no longer one of this node's.</summary>
    internal void Release()
    {
        if (_isCounted)
            node.Count.Remove();
        _isCounted = false;
        node.Unopened.Remove(entityId);
    }
}
