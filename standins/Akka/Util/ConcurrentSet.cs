using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;

namespace Akka.Util;

/// <summary>A set that many threads may change.</summary>
public class ConcurrentSet<T> : ICollection<T>
{
    private readonly ConcurrentDictionary<T, byte> _items;

    public ConcurrentSet() => _items = new();

    public ConcurrentSet(IEnumerable<T> collection)
        : this(collection, EqualityComparer<T>.Default)
    {
    }

    public ConcurrentSet(IEqualityComparer<T> comparer) => _items = new(comparer);

    public ConcurrentSet(IEnumerable<T> collection, IEqualityComparer<T> comparer) =>
        _items = new(collection.Select(static item => KeyValuePair.Create(item, (byte)0)), comparer);

    public bool IsEmpty => _items.IsEmpty;

    public int Count => _items.Count;

    bool ICollection<T>.IsReadOnly => false;

    public void Clear() => _items.Clear();

    public bool Contains(T item) => _items.ContainsKey(item);

    public bool TryAdd(T item) => _items.TryAdd(item, 0);

    public bool TryRemove(T item) => _items.TryRemove(item, out _);

    void ICollection<T>.Add(T item)
    {
        if (!TryAdd(item))
        {
            throw new ArgumentException("The set already holds this item.", nameof(item));
        }
    }

    bool ICollection<T>.Remove(T item) => TryRemove(item);

    void ICollection<T>.CopyTo(T[] array, int arrayIndex)
    {
        foreach (var item in this)
        {
            array[arrayIndex++] = item;
        }
    }

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => _items.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.Keys.GetEnumerator();
}
