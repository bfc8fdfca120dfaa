using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Akka.Actor;

/// <summary>The actors that a path with wildcards leads to, looked up for each message.</summary>
public partial class ActorSelection : ICanTell
{
    public ActorSelection()
    {
    }

    public ActorSelection(IActorRef anchor, SelectionPathElement[] path)
    {
        Anchor = anchor;
        Path = path;
    }

    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, path.Split('/'))
    {
    }

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        Path =
        [
            .. elements.Where(static element => !string.IsNullOrEmpty(element)).Select<string, SelectionPathElement>(static element => element switch
            {
                "**" => SelectChildRecursive.Instance,
                ".." => SelectParent.Instance,
                _ when element.AsSpan().ContainsAny('?', '*') => new SelectChildPattern(element),
                _ => new SelectChildName(element),
            }),
        ];
        if (Path.SkipLast(1).Any(static element => element is SelectChildRecursive))
        {
            throw new IllegalActorNameException("Double wildcard can only appear at the last path entry");
        }
    }

    public IActorRef Anchor { get; private set; }

    public SelectionPathElement[] Path { get; private set; }

    public string PathString => "/" + string.Join<SelectionPathElement>('/', Path);

    public void Tell(object message, IActorRef sender = null) => DeliverSelection(
        Anchor as IInternalActorRef, sender ?? ActorCell.GetCurrentSelfOrNoSender(), new ActorSelectionMessage(message, Path, wildCardFanOut: false));

    /// <summary>The first actor that answers; <see cref="ActorNotFoundException"/> when none does.</summary>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (Exception exception)
        {
            throw new ActorNotFoundException("Exception occurred while resolving ActorSelection", exception);
        }
    }

    public override bool Equals(object obj) => obj is ActorSelection other && other.GetType() == GetType() && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    public override string ToString() =>
        $"ActorSelection[Anchor({Anchor.Path}{(Anchor.Path.Uid == ActorCell.UndefinedUid ? "" : "#" + Anchor.Path.Uid)}), Path({PathString})]";

    protected bool Equals(ActorSelection other) => Equals(Anchor, other.Anchor) && PathString == other.PathString;
}
