using Akka.Actor;
using Akka.Event;
using Akka.Persistence;

namespace ActorBrowser.Cluster;

/// <summary>Keeps states in a journal of Akka.Persistence, which the embedder configures: they outlive the cluster.</summary>
/// <param name="journal">The journal's plugin; empty for the default one.</param>
internal sealed class JournalStore(string journal) : ITabStore
{
    /// <inheritdoc/>
    public int MostBytes => 256 << 10;

    /// <inheritdoc/>
    public Props KeeperOf(string key) => JournalKeeper.Props(journal, key);
}

/// <summary>Keeps one state in a journal: the newest event is the state, and earlier ones are deleted. It stops if the journal fails; its parent then begins anew.</summary>
internal sealed class JournalKeeper : UntypedPersistentActor
{
    private ReadOnlyMemory<byte>? _state;
    private TabKeeper.Save? _wanted;
    private bool _isWriting;

    public JournalKeeper(string journal, string key)
    {
        PersistenceId = $"actorbrowser-{key}";
        JournalPluginId = journal;
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    public override Recovery Recovery => new(SnapshotSelectionCriteria.None);

    internal static Props Props(string journal, string key) => Akka.Actor.Props.Create(() => new JournalKeeper(journal, key));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case KeptState kept:
                _state = kept.State;
                break;
            case RecoveryCompleted:
                Context.Parent.Tell(new TabKeeper.Loaded(_state));
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case TabKeeper.Save save:
                _wanted = save;
                if (!_isWriting)
                    Write();
                break;
            case DeleteMessagesSuccess:
                break;
            case DeleteMessagesFailure failure:
                Context.GetLogger().Warning(failure.Cause, "Earlier states of {0} could not be deleted; the next change deletes them", PersistenceId);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Write()
    {
        var save = _wanted!;
        (_wanted, _isWriting) = (null, true);
        PersistAsync(new KeptState(save.State), kept =>
        {
            _isWriting = false;
            // A state of nothing leaves no event.
            DeleteMessages(kept.State is null ? LastSequenceNr : LastSequenceNr - 1);
            Context.Parent.Tell(new TabKeeper.Saved(save.Number));
            if (_wanted is not null)
                Write();
        });
    }
}
