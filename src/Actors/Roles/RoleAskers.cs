using Akka.Actor;

namespace ActorBrowser;

/// <summary>Watches the actors that have asked a role, so that the work for one that stops is cancelled. An Ask's temporary actor cannot be watched.</summary>
internal sealed class RoleAskers(IActorContext context)
{
    private readonly Dictionary<IActorRef, int> _calls = [];

    internal void Add(IActorRef asker)
    {
        if (asker is not IInternalActorRef or MinimalActorRef)
            return;
        var calls = _calls[asker] = _calls.GetValueOrDefault(asker) + 1;
        if (calls == 1)
            context.Watch(asker);
    }

    internal void Remove(IActorRef asker)
    {
        if (!_calls.TryGetValue(asker, out var calls))
            return;
        if (calls > 1)
        {
            _calls[asker] = calls - 1;
            return;
        }
        _calls.Remove(asker);
        context.Unwatch(asker);
    }
}
