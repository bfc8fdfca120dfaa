using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Answers a fetch that reached its coordinator too late: the coordinator had stopped, so the fetch is a dead letter.</summary>
internal sealed class UnansweredFetches(IActorRef browser) : UntypedActor
{
    internal static Props Props(IActorRef browser) => Akka.Actor.Props.Create(() => new UnansweredFetches(browser));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is DeadLetter { Message: FetchProtocol.Fetch, Sender: { } sender, Recipient: { } recipient } && IsOurs(recipient))
            sender.Tell(new FetchProtocol.FetchFailed(WorkIds.Next(), FetchErrorKind.Unavailable, "The fetch coordinator was stopped; another one takes the next fetch.", 0));
    }

    // Each browser of a system answers for its own coordinator.
    private bool IsOurs(IActorRef recipient) => recipient.Path.Name == "fetch" && recipient.Path.Parent.Equals(browser.Path);
}
