using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// One child for people without actors, and for those who ask it often: the answers are those of an Ask, for a third of the memory.
/// </summary>
public readonly struct ChildClient
{
    private static readonly Func<string, Exception> WhenStopped = static message => new ChildLostException(message);

    private readonly IActorRef _child;

    private ChildClient(IActorRef child) => _child = child;

    /// <summary>A client of this child.</summary>
    /// <param name="child">Its actor, such as <see cref="BrowserProtocol.ChildSpawned.Child"/>.</param>
    public static ChildClient For(IActorRef child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return new ChildClient(child);
    }

    /// <summary>To the child and back; waits until it is ready.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ChildLostException">The child is gone, or takes no more.</exception>
    public Task<Pong> PingAsync(CancellationToken cancellation = default) => Reply.AskAsync<Pong>(_child, Ping.Instance, WhenStopped, cancellation);

    /// <summary>Sends a message of an embedder's role and waits for the answer to it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellation">Ends the wait, not what the child does.</param>
    /// <exception cref="ChildLostException">The child is gone, or takes no more.</exception>
    /// <exception cref="InvalidMessageException">The role takes no such messages.</exception>
    public Task<RoleAnswer> AskAsync(SendToRole message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Reply.AskAsync<RoleAnswer>(_child, message, WhenStopped, cancellation);
    }
}
