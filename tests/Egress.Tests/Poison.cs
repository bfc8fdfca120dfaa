using Akka.Actor;

namespace ActorBrowser.EgressTests;

/// <summary>Makes the actor that receives it fail.</summary>
internal sealed class Poison : INoSerializationVerificationNeeded, IValidated
{
    internal static readonly Poison Instance = new();

    object? IValidated.Refusal() => throw new InvalidOperationException("poisoned by a test");
}
