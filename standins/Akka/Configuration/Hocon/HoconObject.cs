using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>Named values, in the order in which their names first appeared.</summary>
public class HoconObject : IHoconElement
{
    public HoconObject()
        : this([])
    {
    }

    private HoconObject(Dictionary<string, HoconValue> items) => Items = items;

    /// <summary>The same tree as plain dictionaries; leaves stay <see cref="HoconValue"/>.</summary>
    public IDictionary<string, object> Unwrapped =>
        Items.ToDictionary(
            item => item.Key,
            item => item.Value.GetObject() is { } inner ? inner.Unwrapped : (object)item.Value);

    public Dictionary<string, HoconValue> Items { get; private set; }

    public bool IsString() => false;

    public string GetString() => throw new NotImplementedException("This element is an object and not a string.");

    public bool IsArray() => false;

    public IList<HoconValue> GetArray() =>
        throw new NotImplementedException("This element is an object and not an array.");

    public HoconValue GetKey(string key) => Items.GetValueOrDefault(key);

    public HoconValue GetOrCreateKey(string key)
    {
        if (!Items.TryGetValue(key, out var value))
        {
            value = new HoconValue();
            Items.Add(key, value);
        }

        return value;
    }

    public override string ToString() => ToString(0);

    public string ToString(int indent)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in Items)
        {
            text.Append(' ', indent * 2)
                .Append(HoconText.QuoteIfNeeded(key))
                .Append(" : ")
                .Append(value.ToString(indent))
                .Append("\r\n");
        }

        return text.ToString();
    }

    /// <summary>Takes over the other's values; where both have an object the two are joined, else the other wins.</summary>
    public void Merge(HoconObject other)
    {
        foreach (var (key, theirs) in other.Items.ToList())
        {
            Items[key] = Items.TryGetValue(key, out var ours) ? Joined(ours, theirs) : theirs;
        }
    }

    /// <summary>As <see cref="Merge"/>, into a new object; neither operand changes.</summary>
    internal HoconObject MergeImmutable(HoconObject other)
    {
        var items = new Dictionary<string, HoconValue>(Items);
        foreach (var (key, theirs) in other.Items)
        {
            items[key] = items.TryGetValue(key, out var ours) ? Joined(ours, theirs) : new HoconValue(theirs.Values);
        }

        return new HoconObject(items);
    }

    private static HoconValue Joined(HoconValue ours, HoconValue theirs)
    {
        if (!ours.IsObject() || !theirs.IsObject())
        {
            return theirs;
        }

        var joined = new HoconValue();
        joined.AppendValue(ours.GetObject().MergeImmutable(theirs.GetObject()));
        return joined;
    }
}
