using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Closes descriptors that were on their way to an actor that has stopped: such a message is a dead letter.</summary>
internal sealed class UntakenDescriptors : UntypedActor
{
    internal static Props Props() => Akka.Actor.Props.Create(static () => new UntakenDescriptors());

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(AllDeadLetters));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is AllDeadLetters { Message: ChildFrames.ICarriesDescriptor carrier })
            carrier.CloseUntaken();
    }
}
