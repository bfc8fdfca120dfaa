using Akka.Actor;
using Akka.Configuration;
using Akka.DistributedData;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>Keeps states in memory, on each browser node: they outlive their node, and end with the last one.</summary>
/// <param name="replicator">The replicator of the browser nodes.</param>
/// <param name="timeout">How long a majority of the nodes may take.</param>
internal sealed class ReplicatedStore(IActorRef replicator, TimeSpan timeout) : ITabStore
{
    /// <inheritdoc/>
    public int MostBytes => 24 << 10;

    /// <summary>
    /// The replicator's configuration, unless the application has given it a role: only browser nodes have the states, and so few go into one
    /// message that it stays below the longest that Akka sends by default.
    /// </summary>
    internal static Config OnBrowserNodes(string role) => ConfigurationFactory.ParseString($"akka.cluster.distributed-data {{ role = \"{role}\", gossip-interval = 500ms, max-delta-elements = 4 }}");

    /// <summary>The replicator of the actor system.</summary>
    /// <exception cref="ConfigurationException">It does not run on browser nodes.</exception>
    internal static IActorRef ReplicatorOf(ActorSystem system) => DistributedData.Get(system) is { IsTerminated: false } data ? data.Replicator
        : throw new ConfigurationException("akka.cluster.distributed-data.role excludes this browser node, whose tabs keep their state there.");

    /// <inheritdoc/>
    public Props KeeperOf(string key) => ReplicatedKeeper.Props(replicator, key, timeout);
}

/// <summary>
/// Keeps one state by Akka.DistributedData. What a majority has not confirmed in time is written again; it is on this node meanwhile, and
/// spreads. If a majority does not answer a question, the answer of this node counts.
/// </summary>
internal sealed class ReplicatedKeeper : UntypedActor
{
    private const int MostReads = 3;
    private const int MostWrites = 3;

    private readonly IActorRef _replicator;
    private readonly KeptKey _key;
    private readonly TimeSpan _timeout;
    private readonly string _node;
    private readonly TimeProvider _time;
    private int _reads;
    private int _writes;
    private TabKeeper.Save? _wanted;
    private TabKeeper.Save? _writing;

    public ReplicatedKeeper(IActorRef replicator, string key, TimeSpan timeout)
    {
        (_replicator, _key, _timeout) = (replicator, new KeptKey(key), timeout);
        _node = NodeName.Of(Akka.Cluster.Cluster.Get(Context.System).SelfUniqueAddress);
        _time = Clock.Of(Context.System);
    }

    internal static Props Props(IActorRef replicator, string key, TimeSpan timeout) => Akka.Actor.Props.Create(() => new ReplicatedKeeper(replicator, key, timeout));

    protected override void PreStart() => Read();

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case GetSuccess found:
                Context.Parent.Tell(new TabKeeper.Loaded(found.Get(_key).State));
                break;
            case NotFound:
                Context.Parent.Tell(new TabKeeper.Loaded(null));
                break;
            case GetFailure:
                Read();
                break;
            case TabKeeper.Save save:
                _wanted = save;
                if (_writing is null)
                    Write();
                break;
            case UpdateSuccess:
                OnWritten();
                break;
            case UpdateTimeout when ++_writes < MostWrites:
                _wanted ??= _writing;
                Write();
                break;
            case UpdateTimeout:
                Context.GetLogger().Warning("{0} is kept on this node, but most of the browser nodes did not confirm it", _key.Id);
                OnWritten();
                break;
            case ModifyFailure failure:
                throw new InvalidOperationException($"{_key.Id} cannot be kept: {failure.ErrorMessage}", failure.Cause);
            default:
                Unhandled(message);
                break;
        }
    }

    private void Read()
    {
        if (_reads == MostReads)
            Context.GetLogger().Warning("Most of the browser nodes did not say what they keep of {0}; what this node knows of it counts", _key.Id);
        _replicator.Tell(Dsl.Get(_key, _reads++ < MostReads ? new ReadMajority(_timeout) : ReadLocal.Instance));
    }

    private void Write()
    {
        (_writing, _wanted) = (_wanted, null);
        var state = _writing!.State;
        _replicator.Tell(Dsl.Update(_key, KeptRegister.Empty, new WriteMajority(_timeout), kept => kept.Next(_node, state, _time)));
    }

    private void OnWritten()
    {
        _writes = 0;
        Context.Parent.Tell(new TabKeeper.Saved(_writing!.Number));
        _writing = null;
        if (_wanted is not null)
            Write();
    }
}
