using Akka.Actor;

namespace ActorBrowser;

/// <summary>Collects the answers of all pools into one <see cref="BrowserProtocol.Pools"/>, for one asker, and stops.</summary>
internal sealed class PoolCollector : UntypedActor
{
    private readonly List<PoolStatus> _answers = [];
    private readonly IActorRef _asker;
    private readonly int _expected;

    public PoolCollector(IActorRef asker, IReadOnlyList<ICanTell> pools)
    {
        (_asker, _expected) = (asker, pools.Count);
        foreach (var pool in pools)
            pool.Tell(WorkerPool.GetPool.Instance, Self);
    }

    internal static Props Props(IActorRef asker, IReadOnlyList<ICanTell> pools) => Akka.Actor.Props.Create(() => new PoolCollector(asker, pools));

    protected override void OnReceive(object message)
    {
        // A pool that has failed is restarted and keeps its mailbox, so that each answers.
        if (message is PoolStatus status)
            _answers.Add(status);
        if (_answers.Count < _expected)
            return;
        _asker.Tell(new BrowserProtocol.Pools(_answers), Context.Parent);
        Context.Stop(Self);
    }
}
