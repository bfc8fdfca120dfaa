using System;
using Akka.Actor.Internal;

namespace Akka.Actor;

/// <summary>Makes selections.</summary>
public static class ActorRefFactoryShared
{
    public static ActorSelection ActorSelection(ActorPath actorPath, ActorSystem system) =>
        new(((ActorSystemImpl)system).Provider.RootGuardianAt(actorPath.Address), actorPath.Elements);

    /// <summary>From a whole path, one from the root, or one from <paramref name="lookupRoot"/>.</summary>
    public static ActorSelection ActorSelection(string path, ActorSystem system, IActorRef lookupRoot)
    {
        var provider = ((ActorSystemImpl)system).Provider;
        return string.IsNullOrEmpty(path) ? new(system.DeadLetters, "")
            : path[0] == '/' ? new(provider.RootGuardian, path.Split('/'))
            : !Uri.IsWellFormedUriString(path, UriKind.Absolute) ? new(lookupRoot, path)
            : ActorPath.TryParse(path, out var parsed) ? new(provider.RootGuardianAt(parsed.Address), parsed.Elements)
            : new(provider.DeadLetters, "");
    }

    public static ActorSelection ActorSelection(IActorRef anchorActorRef, string path) => new(anchorActorRef, path);
}
