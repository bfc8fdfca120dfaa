using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A test actor ref to any actor.</summary>
#pragma warning disable CS0660, CS0661 // Equals and GetHashCode are the base's.
public class TestActorRef<TActor> : TestActorRefBase<TActor>
    where TActor : ActorBase
#pragma warning restore CS0660, CS0661
{
    public TestActorRef(ActorSystem system, Props actorProps, IActorRef supervisor = null, string name = null)
        : base(system, actorProps, supervisor, name)
    {
    }

    public static bool operator ==(TestActorRef<TActor> testActorRef, IActorRef actorRef) => AreEqual(testActorRef, actorRef);

    public static bool operator !=(TestActorRef<TActor> testActorRef, IActorRef actorRef) => !AreEqual(testActorRef, actorRef);

    public static bool operator ==(IActorRef actorRef, TestActorRef<TActor> testActorRef) => AreEqual(testActorRef, actorRef);

    public static bool operator !=(IActorRef actorRef, TestActorRef<TActor> testActorRef) => !AreEqual(testActorRef, actorRef);
}
