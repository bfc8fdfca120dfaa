using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Messages to the actor of a typed role, <c>/user/browser/roles/NAME</c>, beside the role's own: it takes each request type of its
/// definition by Tell and Ask, and answers with the answer or with <c>Status.Failure</c>.
/// </summary>
public static class RoleProtocol
{
    /// <summary>Send the events that the role's children publish to an actor, as they are, until it stops. Answered by <see cref="Subscribed"/>.</summary>
    /// <param name="Subscriber">The actor.</param>
    public sealed record Subscribe(IActorRef Subscriber) : INoSerializationVerificationNeeded, IValidated
    {
        object? IValidated.Refusal() => Subscriber is null ? new Status.Failure(new InvalidMessageException(nameof(Subscribe), "Subscriber is null")) : null;
    }

    /// <summary>Send an actor no more events.</summary>
    /// <param name="Subscriber">The actor.</param>
    public sealed record Unsubscribe(IActorRef Subscriber) : INoSerializationVerificationNeeded, IValidated
    {
        object? IValidated.Refusal() => Subscriber is null ? new Status.Failure(new InvalidMessageException(nameof(Unsubscribe), "Subscriber is null")) : null;
    }

    /// <summary>Events are sent from now on.</summary>
    public sealed record Subscribed : INoSerializationVerificationNeeded;

    /// <summary>
    /// To a plugin's role: replace its children by new ones that load an assembly. The old ones serve until the new ones are ready, and
    /// finish what they have; no request is lost. Answered by <see cref="PluginReloaded"/>, or by <c>Status.Failure</c> if a new child
    /// is lost before it is ready (<see cref="ChildLostException"/>): the old ones then serve on.
    /// </summary>
    /// <param name="Path">The assembly; a relative path is in the program's folder. Null for the file of the present children.</param>
    public sealed record ReloadPlugin(string? Path = null) : INoSerializationVerificationNeeded;

    /// <summary>New children have taken over.</summary>
    /// <param name="Path">The full path of the assembly that they loaded.</param>
    /// <param name="Processes">How many there are.</param>
    public sealed record PluginReloaded(string Path, int Processes) : INoSerializationVerificationNeeded;

    /// <summary>To the browser: find a typed role's actor. Answered by <see cref="RoleFound"/>, or by <c>Status.Failure</c> if the program adds no such role.</summary>
    /// <param name="Name">The role's name.</param>
    public sealed record GetRole(string Name) : INoSerializationVerificationNeeded;

    /// <summary>A typed role's actor.</summary>
    /// <param name="Role">It lives as long as the browser, whatever happens to its processes.</param>
    public sealed record RoleFound(IActorRef Role) : INoSerializationVerificationNeeded;
}
