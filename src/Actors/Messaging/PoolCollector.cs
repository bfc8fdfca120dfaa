using Akka.Actor;

namespace ActorBrowser;

/// <summary>Collects the answers of all pools into one <see cref="BrowserProtocol.Pools"/>, for one asker, and stops. A pool that stops meanwhile is left out.</summary>
internal sealed class PoolCollector : UntypedActor
{
    private readonly List<PoolStatus> _answers = [];
    private readonly HashSet<IActorRef> _asked = [];
    private readonly IActorRef _asker;
    private readonly IActorRef _roles;

    public PoolCollector(IActorRef asker, IReadOnlyList<IActorRef> pools, IActorRef roles)
    {
        (_asker, _roles) = (asker, roles);
        Ask(roles);
        foreach (var pool in pools)
            Ask(pool);
    }

    internal static Props Props(IActorRef asker, IReadOnlyList<IActorRef> pools, IActorRef roles) => Akka.Actor.Props.Create(() => new PoolCollector(asker, pools, roles));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RolesActor.Running running when Sender.Equals(_roles):
                foreach (var role in running.Roles)
                    Ask(role);
                _asked.Remove(Sender);
                break;
            case PoolStatus status when _asked.Remove(Sender):
                _answers.Add(status);
                break;
            case Terminated gone:
                _asked.Remove(gone.ActorRef);
                break;
        }
        if (_asked.Count > 0)
            return;
        _asker.Tell(new BrowserProtocol.Pools(_answers), Context.Parent);
        Context.Stop(Self);
    }

    // A pool that has failed is restarted and keeps its mailbox.
    private void Ask(IActorRef pool)
    {
        _asked.Add(Context.Watch(pool));
        pool.Tell(WorkerPool.GetPool.Instance, Self);
    }
}
