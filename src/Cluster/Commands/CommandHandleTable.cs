using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>The conversations of this node about commands, by handle, and the handles of those that have ended. Only for the cluster's actor.</summary>
internal sealed class CommandHandleTable
{
    // Late messages to sessions that have stopped find their command's handle here.
    private const int MostEnded = 4096;

    private readonly Dictionary<string, IActorRef> _byHandle = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, string> _handles = [];
    private readonly Dictionary<string, string> _ended = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();

    internal IActorRef? Find(string handle) => _byHandle.GetValueOrDefault(handle);

    /// <summary>The handle of a session by its actor's name; null if it is not known, or no longer.</summary>
    internal string? HandleOf(string actor) => _ended.GetValueOrDefault(actor);

    internal void Add(string handle, IActorRef conversation)
    {
        _byHandle[handle] = conversation;
        _handles[conversation] = handle;
        if (_ended.TryAdd(conversation.Path.Name, handle))
            _oldest.Enqueue(conversation.Path.Name);
        while (_oldest.Count > MostEnded)
            _ended.Remove(_oldest.Dequeue());
    }

    /// <summary>A conversation has stopped, or takes no further messages.</summary>
    internal void Remove(IActorRef conversation)
    {
        if (_handles.Remove(conversation, out var handle) && _byHandle.TryGetValue(handle, out var current) && current.Equals(conversation))
            _byHandle.Remove(handle);
    }
}
