using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>The actors of this node that talk to a command of another node, each with its number, and what each waits for. Only for the conversation.</summary>
/// <param name="context">The conversation's context, which watches them.</param>
internal sealed class CommandTalkers(IActorContext context)
{
    private readonly Dictionary<long, Talker> _byNumber = [];
    private readonly Dictionary<IActorRef, Talker> _byActor = [];
    private readonly Dictionary<IActorRef, Talker> _feeds = [];
    private readonly Dictionary<IActorRef, int> _watched = [];
    private long _last;

    /// <summary>An actor, or one of its subscriptions.</summary>
    internal sealed class Talker(long number, IActorRef actor, OutputFeed? feed)
    {
        internal long Number => number;

        internal IActorRef Actor => actor;

        /// <summary>Its subscription; null for what it says besides.</summary>
        internal OutputFeed? Feed => feed;

        /// <summary>The questions that were not answered yet, in order.</summary>
        internal List<object> Questions { get; } = [];

        /// <summary>Whether it has written input.</summary>
        internal bool HasWritten { get; set; }
    }

    /// <summary>Whether no actor waits for an answer or for output.</summary>
    internal bool AreDone => _feeds.Count == 0 && _byNumber.Values.All(static talker => talker.Questions.Count == 0);

    /// <summary>Whether the node of a command that is over is to tell somebody something: an answer, or a subscriber who accepts it what is left.</summary>
    internal bool AreOwed => _byNumber.Values.Any(static talker => talker.Questions.Count > 0 || talker.Feed is { MayArrive: true });

    /// <summary>Whether the node is to answer a question that takes no time.</summary>
    internal bool IsAwaited => _byNumber.Values.Any(static talker => talker.Questions.Exists(static question => question is GetSnapshot or Poll or Release or KillCommand { Grace: null }));

    internal IReadOnlyCollection<Talker> All => _byNumber.Values;

    internal Talker? Find(long number) => _byNumber.GetValueOrDefault(number);

    internal Talker Of(IActorRef actor) => _byActor.TryGetValue(actor, out var known) ? known : _byActor[actor] = Add(actor, null);

    internal OutputFeed? FeedOf(IActorRef subscriber, out long number)
    {
        var talker = _feeds.GetValueOrDefault(subscriber);
        number = talker?.Number ?? 0;
        return talker?.Feed;
    }

    internal Talker Subscribe(OutputFeed feed) => _feeds[feed.Subscriber] = Add(feed.Subscriber, feed);

    /// <summary>Forgets a subscription.</summary>
    /// <returns>Its number; 0 if there is none.</returns>
    internal long Unsubscribe(IActorRef subscriber)
    {
        if (!_feeds.Remove(subscriber, out var talker))
            return 0;
        Remove(talker);
        return talker.Number;
    }

    /// <summary>Forgets what an actor said besides its subscription.</summary>
    internal void Forget(Talker talker)
    {
        if (_byActor.Remove(talker.Actor))
            Remove(talker);
    }

    /// <summary>Forgets an actor that has stopped.</summary>
    /// <returns>Its numbers.</returns>
    internal IReadOnlyList<long> ForgetAll(IActorRef actor)
    {
        var numbers = new List<long>();
        if (Unsubscribe(actor) is > 0 and var feed)
            numbers.Add(feed);
        if (_byActor.Remove(actor, out var talker))
        {
            Remove(talker);
            numbers.Add(talker.Number);
        }
        return numbers;
    }

    private Talker Add(IActorRef actor, OutputFeed? feed)
    {
        var talker = new Talker(++_last, actor, feed);
        _byNumber.Add(talker.Number, talker);
        // The temporary reference of an Ask cannot be watched; it is forgotten with its answer.
        if (actor is not MinimalActorRef)
        {
            var count = _watched[actor] = _watched.GetValueOrDefault(actor) + 1;
            if (count == 1)
                context.Watch(actor);
        }
        return talker;
    }

    private void Remove(Talker talker)
    {
        _byNumber.Remove(talker.Number);
        if (!_watched.TryGetValue(talker.Actor, out var count))
            return;
        if (count > 1)
        {
            _watched[talker.Actor] = count - 1;
            return;
        }
        _watched.Remove(talker.Actor);
        context.Unwatch(talker.Actor);
    }
}
