using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Akka.Configuration.Hocon;

public partial class HoconValue
{
    /// <summary>The text, or null when this is no text or is the word <c>null</c>, quoted or not.</summary>
    public string GetString()
    {
        if (!IsString())
        {
            return null;
        }

        var text = string.Concat(Values.Select(static element => element.GetString())).Trim();
        return text == "null" ? null : text;
    }

    public bool GetBoolean() => GetString() switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        var other => throw new NotSupportedException($"Unknown boolean format: {other}"),
    };

    public decimal GetDecimal() => decimal.Parse(GetString(), NumberFormatInfo.InvariantInfo);

    public float GetFloat() => float.Parse(GetString(), NumberFormatInfo.InvariantInfo);

    public double GetDouble() => double.Parse(GetString(), NumberFormatInfo.InvariantInfo);

    public long GetLong() => long.Parse(GetString(), NumberFormatInfo.InvariantInfo);

    public int GetInt() => int.Parse(GetString(), NumberFormatInfo.InvariantInfo);

    public byte GetByte() => byte.Parse(GetString(), NumberFormatInfo.InvariantInfo);

    public IList<byte> GetByteList() => ListOf(static item => item.GetByte());

    public IList<int> GetIntList() => ListOf(static item => item.GetInt());

    public IList<long> GetLongList() => ListOf(static item => item.GetLong());

    public IList<bool> GetBooleanList() => ListOf(static item => item.GetBoolean());

    public IList<float> GetFloatList() => ListOf(static item => item.GetFloat());

    public IList<double> GetDoubleList() => ListOf(static item => item.GetDouble());

    public IList<decimal> GetDecimalList() => ListOf(static item => item.GetDecimal());

    public IList<string> GetStringList() => ListOf(static item => item.GetString());

    /// <summary>A duration; a bare number is milliseconds, <c>infinite</c> is -1 ms when allowed.</summary>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) => HoconUnits.ParseDuration(GetString(), allowInfinite);

    /// <summary>A number of bytes, or null when there is no text here.</summary>
    public long? GetByteSize() => GetString() is { Length: > 0 } text ? HoconUnits.ParseByteSize(text) : null;

    private List<T> ListOf<T>(Func<HoconValue, T> read) => GetArray().Select(read).ToList();
}
