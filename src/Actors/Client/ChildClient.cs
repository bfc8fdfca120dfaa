using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// One child for code without actors, and for code that asks it often: the answers are those of an Ask, with a third of the memory.
/// </summary>
public readonly struct ChildClient
{
    private static readonly Func<string, Exception> WhenStopped = static message => new ChildLostException(message);

    private readonly IActorRef _child;

    private ChildClient(IActorRef child) => _child = child;

    /// <summary>Creates a client of this child.</summary>
    /// <param name="child">Its actor, such as <see cref="BrowserProtocol.ChildSpawned.Child"/>.</param>
    public static ChildClient For(IActorRef child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return new ChildClient(child);
    }

    /// <summary>Sends a ping and waits for the answer, also until the child is ready.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ChildLostException">The child is gone, or accepts no more.</exception>
    public Task<Pong> PingAsync(CancellationToken cancellation = default) => Reply.AskAsync<Pong>(_child, Ping.Traced(), WhenStopped, cancellation);

    /// <summary>Sends a message to an embedder's role and waits for its answer.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellation">Ends the wait, not the child's work.</param>
    /// <exception cref="ChildLostException">The child is gone, or accepts no more.</exception>
    /// <exception cref="InvalidMessageException">The role accepts no such messages.</exception>
    public Task<RoleAnswer> AskAsync(SendToRole message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Reply.AskAsync<RoleAnswer>(_child, message, WhenStopped, cancellation);
    }
}
