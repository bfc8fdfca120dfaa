using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Actor;

namespace Akka.Util;

/// <summary>
/// A binary heap of envelopes by priority, lowest first. A sequence number of zero for every entry leaves equal
/// priorities in heap order; ascending ones make the heap stable.
/// </summary>
internal sealed class EnvelopeHeap(int initialCapacity, Func<object, int> priorityCalculator)
{
    private readonly List<(Envelope Envelope, int Sequence)> _data = new(initialCapacity);

    public int Count => _data.Count;

    public Envelope First => _data[0].Envelope;

    public void Add(Envelope item, int sequence)
    {
        _data.Add((item, sequence));
        for (var child = _data.Count - 1; child > 0;)
        {
            var parent = (child - 1) / 2;
            if (Compare(child, parent) >= 0)
            {
                return;
            }

            (_data[child], _data[parent]) = (_data[parent], _data[child]);
            child = parent;
        }
    }

    public Envelope RemoveFirst()
    {
        var first = First;
        _data[0] = _data[^1];
        _data.RemoveAt(_data.Count - 1);
        for (var parent = 0; ;)
        {
            var child = (2 * parent) + 1;
            if (child >= _data.Count)
            {
                return first;
            }

            if (child + 1 < _data.Count && Compare(child + 1, child) < 0)
            {
                child++;
            }

            if (Compare(parent, child) <= 0)
            {
                return first;
            }

            (_data[child], _data[parent]) = (_data[parent], _data[child]);
            parent = child;
        }
    }

    public bool IsConsistent()
    {
        for (var child = _data.Count - 1; child > 0; child--)
        {
            if (Compare((child - 1) / 2, child) > 0)
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => string.Concat(_data.Select(static item => item.Envelope + " ")) + "count = " + Count;

    private int Compare(int left, int right)
    {
        var byPriority = priorityCalculator(_data[left].Envelope.Message).CompareTo(priorityCalculator(_data[right].Envelope.Message));
        return byPriority != 0 ? byPriority : _data[left].Sequence.CompareTo(_data[right].Sequence);
    }
}

/// <summary>Envelopes by priority, lowest first; among equals any order.</summary>
public sealed class ListPriorityQueue(int initialCapacity, Func<object, int> priorityCalculator)
{
    internal static readonly Func<object, int> DefaultPriorityCalculator = static _ => 1;

    private readonly EnvelopeHeap _heap = new(initialCapacity, priorityCalculator);

    public void Enqueue(Envelope item) => _heap.Add(item, 0);

    public Envelope Dequeue() => _heap.RemoveFirst();

    public Envelope Peek() => _heap.First;

    public int Count() => _heap.Count;

    public bool IsConsistent() => _heap.IsConsistent();

    public override string ToString() => _heap.ToString();
}

/// <summary>Envelopes by priority, lowest first; among equals first come, first served.</summary>
public sealed class StableListPriorityQueue(int initialCapacity, Func<object, int> priorityCalculator)
{
    internal static readonly Func<object, int> DefaultPriorityCalculator = static _ => 1;

    private readonly EnvelopeHeap _heap = new(initialCapacity, priorityCalculator);
    private int _sequence;

    public void Enqueue(Envelope item) => _heap.Add(item, ++_sequence);

    public Envelope Dequeue() => _heap.RemoveFirst();

    public Envelope Peek() => _heap.First;

    public int Count() => _heap.Count;

    public bool IsConsistent() => _heap.IsConsistent();

    public override string ToString() => _heap.ToString();
}
