using System.Threading;
using System.Threading.Tasks;
using Akka.Actor;

namespace Akka.Hosting;

/// <summary>An actor as a dependency: injected where the actor registered for <typeparamref name="TActor"/> is wanted.</summary>
public interface IRequiredActor<TActor>
{
    /// <exception cref="MissingActorRegistryEntryException">It has not been registered yet.</exception>
    IActorRef ActorRef { get; }

    /// <summary>The actor, once it is registered.</summary>
    Task<IActorRef> GetAsync(CancellationToken cancellationToken = default);
}

/// <remarks>
/// As in the real 1.5.30, asking before the actor is registered leaves nobody in the cache: what one early call has
/// missed, later calls on the same instance get for an answer. Ask again only through the registry.
/// </remarks>
public sealed class RequiredActor<TActor> : IRequiredActor<TActor>
{
    private readonly IReadOnlyActorRegistry _registry;
    private IActorRef? _cached;

    public RequiredActor(IReadOnlyActorRegistry registry) => _registry = registry;

    public IActorRef ActorRef =>
        TryGet(out var actor)
            ? actor
            : throw new MissingActorRegistryEntryException(
                $"Unable to resolve actor type [{typeof(TActor)})] - if you're using IRequiredActor<T> inside the constructor"
                + "of an IHostedService, consider using the GetAsync method instead so you can wait for the actor to be populated by the AkkaService (which runs in parallel.)");

    public Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) =>
        TryGet(out var actor) ? Task.FromResult(actor) : _registry.GetAsync<TActor>(cancellationToken);

    private bool TryGet(out IActorRef actor)
    {
        if (_cached is not null)
        {
            actor = _cached;
            return true;
        }

        var found = _registry.TryGet<TActor>(out actor);
        _cached = actor;
        return found;
    }
}
