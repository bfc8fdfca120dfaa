using System.Diagnostics.CodeAnalysis;

namespace ActorBrowser;

/// <summary>A child's question that has no answer yet.</summary>
internal interface IEgressQuestion
{
    /// <summary>This process's number for it, which no other question has.</summary>
    long Key { get; }

    /// <summary>The child's number for it.</summary>
    ulong Id { get; }
}

/// <summary>A child's questions that have no answer yet.</summary>
internal sealed class EgressTable<T> where T : class, IEgressQuestion
{
    private readonly Dictionary<ulong, T> _byId = [];
    private readonly Dictionary<long, T> _byKey = [];

    internal int Count => _byId.Count;

    /// <summary>A copy of the entries.</summary>
    internal T[] All => [.. _byKey.Values];

    internal bool TryFind(long key, [NotNullWhen(true)] out T? attempt) => _byKey.TryGetValue(key, out attempt);

    internal bool TryFindId(ulong id, [NotNullWhen(true)] out T? attempt) => _byId.TryGetValue(id, out attempt);

    internal void Add(T attempt)
    {
        _byId[attempt.Id] = attempt;
        _byKey[attempt.Key] = attempt;
    }

    internal void Remove(T attempt)
    {
        _byId.Remove(attempt.Id);
        _byKey.Remove(attempt.Key);
    }
}
