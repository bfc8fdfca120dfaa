namespace ActorBrowser.ActorsTests;

/// <summary>Makes the actor that receives it fail: only tests can send it, as only they can implement <see cref="IValidated"/>.</summary>
internal sealed class Poison : FetchProtocol.ICommand, IValidated
{
    internal const string Reason = "poisoned by a test";

    internal static readonly Poison Instance = new();

    object? IValidated.Refusal() => throw new InvalidOperationException(Reason);
}
