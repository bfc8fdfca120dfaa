using ActorBrowser.Sandbox;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Messages the browser handles itself. It passes on <see cref="FetchProtocol"/>, <see cref="CommandProtocol"/>, <see
/// cref="TabProtocol.OpenTab"/>, <see cref="CrawlProtocol.StartCrawl"/>, <see cref="ImageProtocol.Decode"/>, <see
/// cref="CrashProtocol.GetCrashes"/> and <see cref="PermissionProtocol"/>.
/// </summary>
public static class BrowserProtocol
{
    /// <summary>Start a child of a role. Answered by <see cref="ChildSpawned"/> once it is ready, or by <see cref="ChildSpawnFailed"/>.</summary>
    /// <param name="Role">A built-in role, or one the embedder defines.</param>
    /// <remarks>An invalid field is answered by <c>Status.Failure</c> with <see cref="InvalidMessageException"/>.</remarks>
    public sealed record SpawnChild(string Role) : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>The configuration passed to the role.</summary>
        public ReadOnlyMemory<byte> RoleArgs { get; init; }

        /// <summary>The child's sandbox policy; null for its role's profile.</summary>
        public SandboxPolicy? Policy { get; init; }

        /// <summary>
        /// The actor told of every event of the child, including <see cref="ChildExited"/>; null for none. To subscribe later, send
        /// <see cref="ChildProcessProtocol.Subscribe"/>; <c>Watch</c> reports only the end.
        /// </summary>
        public IActorRef? Subscriber { get; init; }

        object? IValidated.Refusal()
        {
            var problem = string.IsNullOrEmpty(Role) ? "Role is empty"
                : Role.Length > 64 ? $"Role has {Role.Length} characters; at most 64 are allowed"
                : Role.Any(static c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') ? $"Role is '{Role}'; use lower-case letters, digits and hyphens"
                : RoleArgs.Length > MaxRoleArgs ? $"RoleArgs has {RoleArgs.Length} bytes; at most {MaxRoleArgs} are allowed"
                : null;
            return problem is null ? null : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(SpawnChild), problem));
        }

        private const int MaxRoleArgs = 512 << 10;
    }

    /// <summary>A child is ready.</summary>
    /// <param name="Child">The child's actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="SpawnTime">From the launch to Ready.</param>
    public sealed record ChildSpawned(IActorRef Child, string Role, int ProcessId, TimeSpan SpawnTime) : INoSerializationVerificationNeeded;

    /// <summary>A child never became ready.</summary>
    /// <param name="Exited">How it ended.</param>
    public sealed record ChildSpawnFailed(ChildExited Exited) : INoSerializationVerificationNeeded;

    /// <summary>Answered by <see cref="Children"/>.</summary>
    public sealed class GetChildren : INoSerializationVerificationNeeded
    {
        /// <summary>The one GetChildren.</summary>
        public static readonly GetChildren Instance = new();

        private GetChildren()
        {
        }
    }

    /// <summary>Answered by <see cref="Pools"/>.</summary>
    public sealed record GetPools : INoSerializationVerificationNeeded;

    /// <summary>The browser's pools: renderers, image decoders, and one for each typed role.</summary>
    /// <param name="All">In no particular order.</param>
    public sealed record Pools(IReadOnlyList<PoolStatus> All) : INoSerializationVerificationNeeded;

    /// <summary>The browser's main actors.</summary>
    /// <param name="Network">The network child's supervisor.</param>
    /// <param name="Fetch">The coordinator.</param>
    /// <param name="Commands">The registry of commands.</param>
    /// <param name="Spawned">Children started by <see cref="SpawnChild"/> that are alive.</param>
    public sealed record Children(IActorRef Network, IActorRef Fetch, IActorRef Commands, IReadOnlyList<IActorRef> Spawned) : INoSerializationVerificationNeeded;
}
