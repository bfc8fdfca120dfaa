using Akka.Actor;

namespace Akka.Event;

/// <summary>Watches subscribers and unsubscribes those that have stopped.</summary>
internal sealed class EventStreamUnsubscriber(EventStream eventStream, ActorSystem system, bool debug) : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Register register:
                PublishIfDebug($"watching {register.Actor} in order to unsubscribe from EventStream when it terminates");
                Context.Watch(register.Actor);
                return true;
            case UnregisterIfNoMoreSubscribedChannels unregister:
                PublishIfDebug($"unwatching {unregister.Actor} since has no subscriptions");
                Context.Unwatch(unregister.Actor);
                return true;
            case Terminated terminated:
                PublishIfDebug($"unsubscribe {terminated.ActorRef} from {eventStream}, because it was terminated");
                eventStream.Unsubscribe(terminated.ActorRef);
                return true;
            default:
                return false;
        }
    }

    protected override void PreStart() => PublishIfDebug($"registering unsubscriber with {eventStream} of {system.Name}");

    private void PublishIfDebug(string text)
    {
        if (debug)
        {
            eventStream.Publish(new Debug(GetType().Name, GetType(), text));
        }
    }

    internal sealed record Register(IActorRef Actor) : INoSerializationVerificationNeeded;

    internal sealed record UnregisterIfNoMoreSubscribedChannels(IActorRef Actor) : INoSerializationVerificationNeeded;
}
