using System.Diagnostics.CodeAnalysis;

namespace ActorBrowser;

/// <summary>The requests for connections that have no answer yet.</summary>
internal sealed class EgressTable
{
    private readonly Dictionary<ulong, EgressAttempt> _byId = [];
    private readonly Dictionary<long, EgressAttempt> _byKey = [];

    internal int Count => _byId.Count;

    /// <summary>A copy of the entries.</summary>
    internal EgressAttempt[] All => [.. _byKey.Values];

    internal bool TryFind(long key, [NotNullWhen(true)] out EgressAttempt? attempt) => _byKey.TryGetValue(key, out attempt);

    internal bool TryFindId(ulong id, [NotNullWhen(true)] out EgressAttempt? attempt) => _byId.TryGetValue(id, out attempt);

    internal void Add(EgressAttempt attempt)
    {
        _byId[attempt.Id] = attempt;
        _byKey[attempt.Key] = attempt;
    }

    internal void Remove(EgressAttempt attempt)
    {
        _byId.Remove(attempt.Id);
        _byKey.Remove(attempt.Key);
    }
}
