using System.Collections.Generic;
using System.Linq;

namespace Akka.Configuration.Hocon;

/// <summary>What stands at one path: one element, or several written side by side that read as one.</summary>
public partial class HoconValue : IMightBeAHoconObject
{
    public HoconValue()
        : this([], adoptedFromFallback: false)
    {
    }

    public HoconValue(List<IHoconElement> values, bool adoptedFromFallback = true)
    {
        Values = values;
        AdoptedFromFallback = adoptedFromFallback;
    }

    /// <summary>True with nothing in it, or with an object that has no keys first.</summary>
    public bool IsEmpty => Values.Count == 0 || Values[0] is HoconObject { Items.Count: 0 };

    public List<IHoconElement> Values { get; private set; }

    internal bool AdoptedFromFallback { get; private set; }

    public Config ToConfig() => new(new HoconRoot(this));

    public Config AtKey(string key)
    {
        var holder = new HoconObject();
        holder.Items[key] = this;
        var root = new HoconValue();
        root.AppendValue(holder);
        return root.ToConfig();
    }

    /// <summary>The object this value is, following references, or null.</summary>
    public HoconObject GetObject() => Values.FirstOrDefault() switch
    {
        HoconObject itself => itself,
        IMightBeAHoconObject candidate when candidate.IsObject() => candidate.GetObject(),
        _ => null,
    };

    public bool IsObject() => GetObject() is not null;

    public bool IsString() => Values.Count > 0 && Values.TrueForAll(static element => element.IsString());

    public bool IsArray() => GetArray().Count != 0;

    public void AppendValue(IHoconElement value) => Values.Add(value);

    public void Clear() => Values.Clear();

    public void NewValue(IHoconElement value)
    {
        Values.Clear();
        Values.Add(value);
    }

    public HoconValue GetChildObject(string key) => GetObject()?.GetKey(key);

    /// <summary>The items of every list in this value, one after the other; empty when there is none.</summary>
    public IList<HoconValue> GetArray() =>
        Values.Where(static element => element.IsArray()).SelectMany(static element => element.GetArray()).ToList();

    public override string ToString() => ToString(0);

    public virtual string ToString(int indent)
    {
        if (IsString())
        {
            return HoconText.QuoteIfNeeded(GetString());
        }

        if (GetObject() is { } inner)
        {
            var text = inner.ToString(indent + 1);
            return indent == 0 ? text : $"{{\r\n{text}{new string(' ', indent * 2)}}}";
        }

        return IsArray()
            ? $"[{string.Join(',', GetArray().Select(item => item.ToString(indent + 1)))}]"
            : "<<unknown value>>";
    }
}
