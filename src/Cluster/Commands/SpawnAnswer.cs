using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// The requester of a command at its node's browser. It passes the answer to the conversation, and ends the command if the conversation
/// has ended before the answer or before its own end.
/// </summary>
/// <param name="conversation">The conversation.</param>
/// <param name="browser">The browser.</param>
/// <param name="isAwaited">Whether the browser keeps the command until it is released.</param>
internal sealed class SpawnAnswer(IInternalActorRef conversation, IActorRef browser, bool isAwaited) : MinimalActorRef
{
    private readonly Lock _lock = new();
    private readonly ActorPath _path = conversation.Provider.TempPath();
    private Spawned? _spawned;
    private bool _isOrphan;

    /// <inheritdoc/>
    public override ActorPath Path => _path;

    /// <inheritdoc/>
    public override IActorRefProvider Provider => conversation.Provider;

    /// <summary>The conversation has ended before the command: the command ends, now or as soon as it has started.</summary>
    internal void Abandon()
    {
        Spawned? spawned;
        lock (_lock)
        {
            _isOrphan = true;
            spawned = _spawned;
        }
        if (spawned is not null)
            End(spawned);
    }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is Spawned spawned && IsOrphan(spawned))
            End(spawned);
        else
            conversation.Tell(message, sender);
    }

    private bool IsOrphan(Spawned spawned)
    {
        lock (_lock)
        {
            _spawned = spawned;
            return _isOrphan;
        }
    }

    private void End(Spawned spawned)
    {
        if (isAwaited)
            browser.Tell(new Release(spawned.Handle), ActorRefs.NoSender);
        else
            spawned.Session.Tell(new Terminate(), ActorRefs.NoSender);
    }
}
