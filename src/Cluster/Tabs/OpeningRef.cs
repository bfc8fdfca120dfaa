using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>Who asked the browser for a tab, on behalf of an actor that may stop meanwhile: the tab is then closed. Thread-safe.</summary>
internal sealed class OpeningRef(IActorRefProvider provider, IActorRef owner) : MinimalActorRef
{
    private readonly Lock _lock = new();
    private IActorRef? _tab;
    private bool _isAbandoned;

    public override IActorRefProvider Provider { get; } = provider;

    public override ActorPath Path { get; } = provider.TempPath();

    /// <summary>The owner does not want the tab any more.</summary>
    internal void Abandon()
    {
        lock (_lock)
        {
            _isAbandoned = true;
            _tab?.Tell(new TabProtocol.Close(), ActorRefs.NoSender);
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        lock (_lock)
        {
            _tab = (message as TabProtocol.TabOpened)?.Tab;
            if (_isAbandoned)
                _tab?.Tell(new TabProtocol.Close(), ActorRefs.NoSender);
            else
                owner.Tell(message, sender);
        }
    }
}
