using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The registry's commands, by handle and by id, from their start until they are released or dropped.</summary>
internal sealed class CommandTable
{
    private readonly Dictionary<string, CommandEntry> _byHandle = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, CommandEntry> _byId = [];
    // The ids of the commands that have ended and may be dropped to make room.
    private readonly SortedSet<ulong> _droppable = [];

    internal int Count => _byHandle.Count;

    /// <summary>Every command, oldest first.</summary>
    internal IEnumerable<CommandEntry> All => _byHandle.Values.OrderBy(static entry => entry.Id);

    /// <summary>The commands that have not ended, in no order.</summary>
    internal IEnumerable<CommandEntry> Running => _byHandle.Values.Where(static entry => entry.Record is null);

    /// <summary>The oldest command that has ended and may be dropped to make room; null if there is none.</summary>
    internal CommandEntry? Droppable => _droppable.Count == 0 ? null : _byId[_droppable.Min];

    /// <summary>How many commands are being killed to make room.</summary>
    internal int Victims => _byHandle.Values.Count(static entry => entry.Victim);

    /// <summary>The oldest command that may be killed to make room; null if there is none.</summary>
    internal CommandEntry? NextVictim =>
        _byHandle.Values.Where(static entry => !entry.Victim && !entry.Releasing && !entry.IsAwaited).MinBy(static entry => entry.Id);

    internal void Add(CommandEntry entry)
    {
        _byHandle.Add(entry.Handle, entry);
        _byId.Add(entry.Id, entry);
    }

    internal bool TryFind(string handle, [NotNullWhen(true)] out CommandEntry? entry) => _byHandle.TryGetValue(handle, out entry);

    internal bool TryFind(ulong id, [NotNullWhen(true)] out CommandEntry? entry) => _byId.TryGetValue(id, out entry);

    internal CommandEntry? OfSession(IActorRef session) => _byHandle.Values.FirstOrDefault(entry => entry.Session.Equals(session));

    internal bool HasCommandsOf(RunnerQueue runner) => _byHandle.Values.Any(entry => entry.Runner == runner);

    /// <summary>Records that a command has ended.</summary>
    internal void OnEnded(CommandEntry entry, CommandRecord record)
    {
        entry.Record = record;
        // An awaited command stays until it is released: its requester is about to ask for its end.
        if (!entry.IsAwaited)
            _droppable.Add(entry.Id);
    }

    internal bool Remove(string handle, [NotNullWhen(true)] out CommandEntry? entry)
    {
        if (!_byHandle.Remove(handle, out entry))
            return false;
        _byId.Remove(entry.Id);
        _droppable.Remove(entry.Id);
        return true;
    }
}
