using Akka.Actor;

namespace ActorBrowser;

/// <summary>Makes an actor fail on entry. Internal, so that only tests can send it; they test each actor's restart with it.</summary>
internal sealed class Poison : INoSerializationVerificationNeeded
{
    internal static readonly Poison Instance = new();
}
