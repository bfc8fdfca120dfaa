using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Akka.Actor.Internal;

namespace Akka.Actor;

/// <summary>A place to send to, looked up at each send.</summary>
public class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        _elements = [.. elements.Where(static e => e.Length > 0)];
    }

    public IActorRef Anchor { get; }

    public string PathString => "/" + string.Join('/', _elements);

    public void Tell(object message, IActorRef sender = null) =>
        new ActorSelectionMessage(message, _elements).Deliver((IInternalActorRef)Anchor, sender ?? ActorCell.GetCurrentSelfOrNoSender());

    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, cancellation).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (AskTimeoutException e)
        {
            throw new ActorNotFoundException("Exception occurred while resolving ActorSelection", e);
        }
    }

    public override bool Equals(object obj) => obj is ActorSelection other && Anchor.Equals(other.Anchor) && _elements.SequenceEqual(other._elements);

    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}), Path({PathString})]";
}

public sealed class ActorSelectionMessage : IAutoReceivedMessage, IPossiblyHarmful
{
    private readonly string[] _elements;

    internal ActorSelectionMessage(object message, string[] elements)
    {
        Message = message;
        _elements = elements;
    }

    public object Message { get; }

    internal void Deliver(ActorCell cell, IActorRef sender) => Deliver((IInternalActorRef)cell.Self, sender);

    internal void Deliver(IInternalActorRef from, IActorRef sender)
    {
        IEnumerable<IInternalActorRef> places = [from];
        foreach (var element in _elements)
        {
            places = element.Contains('*') || element.Contains('?')
                ? places.OfType<ActorRefWithCell>().SelectMany(p => p.Children).Cast<IInternalActorRef>().Where(c => Matches(element, c.Path.Name)).ToArray()
                : places.Select(p => (IInternalActorRef)p.GetChild([element])).ToArray();
        }
        foreach (var place in places)
        {
            if (!place.IsNobody())
                place.Tell(Message, sender);
            else if (Message is Identify identify)
                sender?.Tell(new ActorIdentity(identify.MessageId, null), ActorRefs.NoSender);
            else
                ((LocalActorRefProvider)from.Provider).SystemImpl.DeadLetters.Tell(new Event.DeadLetter(Message, sender, from), sender);
        }
    }

    private static bool Matches(string pattern, string name) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}

internal static class ActorRefFactoryShared
{
    internal static ActorSelection ActorSelection(ActorPath path, ActorSystemImpl system) => new(system.Provider.RootGuardian, path.Elements);

    internal static ActorSelection ActorSelection(string path, ActorSystemImpl system, IActorRef lookupRoot)
    {
        if (path.Contains("://", StringComparison.Ordinal))
            return ActorPath.TryParse(path, out var absolute) ? ActorSelection(absolute, system) : new ActorSelection(system.DeadLetters, []);
        return path.StartsWith('/')
            ? new ActorSelection(system.Provider.RootGuardian, path.Split('/'))
            : new ActorSelection(lookupRoot, path.Split('/'));
    }
}
