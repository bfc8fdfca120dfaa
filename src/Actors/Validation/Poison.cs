using Akka.Actor;

namespace ActorBrowser;

/// <summary>Makes an actor fail where it enters. Internal, so that only tests can send it: each actor's restart is tried with it.</summary>
internal sealed class Poison : INoSerializationVerificationNeeded
{
    internal static readonly Poison Instance = new();
}
