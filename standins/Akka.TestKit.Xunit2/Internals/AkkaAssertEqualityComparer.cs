using System;
using System.Collections;
using System.Collections.Generic;

namespace Akka.TestKit.Xunit2.Internals;

/// <summary>Equality as tests mean it: by the type's own, by comparison, or item by item for sequences.</summary>
public class AkkaAssertEqualityComparer<T> : IEqualityComparer<T>
{
    private readonly bool _skipTypeCheck;
    private readonly IEqualityComparer _items;

    public AkkaAssertEqualityComparer(bool skipTypeCheck = false, IEqualityComparer innerComparer = null)
    {
        _skipTypeCheck = skipTypeCheck;
        _items = innerComparer;
    }

    public bool Equals(T x, T y)
    {
        if (default(T) is null && (x is null || y is null))
        {
            return x is null && y is null;
        }

        switch (x)
        {
            case IEquatable<T> equatable:
                return equatable.Equals(y);
            case IComparable<T> comparable:
                return comparable.CompareTo(y) == 0;
            case IComparable comparable:
                return comparable.CompareTo(y) == 0;
            case IEnumerable sequence when y is IEnumerable other:
                return SameItems(sequence, other);
            default:
                return (_skipTypeCheck || x.GetType() == y.GetType()) && object.Equals(x, y);
        }
    }

    public int GetHashCode(T obj) => throw new NotImplementedException();

    private bool SameItems(IEnumerable one, IEnumerable other)
    {
        var objects = new AkkaAssertEqualityComparer<object>();
        var ones = one.GetEnumerator();
        var others = other.GetEnumerator();
        while (true)
        {
            var more = ones.MoveNext();
            if (more != others.MoveNext())
            {
                return false;
            }

            if (!more)
            {
                return true;
            }

            var same = _items is null
                ? objects.Equals(ones.Current, others.Current)
                : _items.Equals(ones.Current, others.Current);
            if (!same)
            {
                return false;
            }
        }
    }
}
