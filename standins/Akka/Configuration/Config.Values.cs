using System;
using System.Collections.Generic;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <remarks>
/// Getters of one value return the default where the path has nothing, and fail with the parser's own exception
/// (<see cref="FormatException"/>, <see cref="NotSupportedException"/>) where it has something else. Getters of
/// lists, but for strings, demand that the path exists.
/// </remarks>
public partial class Config
{
    public virtual bool GetBoolean(string path, bool @default = false) => Read(path, @default, static v => v.GetBoolean());

    public virtual int GetInt(string path, int @default = 0) => Read(path, @default, static v => v.GetInt());

    public virtual long GetLong(string path, long @default = 0) => Read(path, @default, static v => v.GetLong());

    public virtual float GetFloat(string path, float @default = 0) => Read(path, @default, static v => v.GetFloat());

    public virtual double GetDouble(string path, double @default = 0) => Read(path, @default, static v => v.GetDouble());

    public virtual decimal GetDecimal(string path, decimal @default = 0) => Read(path, @default, static v => v.GetDecimal());

    public virtual string GetString(string path, string @default = null) => Read(path, @default, static v => v.GetString());

    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    public virtual long? GetByteSize(string path, long? def = null) => Read(path, def, static v => v.GetByteSize());

    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        GetValue(path) is { } value ? value.GetTimeSpan(allowInfinite) : @default.GetValueOrDefault();

    public virtual IList<bool> GetBooleanList(string path) => GetValue(path).GetBooleanList();

    public virtual IList<decimal> GetDecimalList(string path) => GetValue(path).GetDecimalList();

    public virtual IList<float> GetFloatList(string path) => GetValue(path).GetFloatList();

    public virtual IList<double> GetDoubleList(string path) => GetValue(path).GetDoubleList();

    public virtual IList<int> GetIntList(string path) => GetValue(path).GetIntList();

    public virtual IList<long> GetLongList(string path) => GetValue(path).GetLongList();

    public virtual IList<byte> GetByteList(string path) => GetValue(path).GetByteList();

    public virtual IList<string> GetStringList(string path) =>
        GetValue(path) is { } value ? value.GetStringList() : [];

    public virtual IList<string> GetStringList(string path, string[] defaultPaths) =>
        GetValue(path) is { } value ? value.GetStringList() : defaultPaths;

    private T Read<T>(string path, T otherwise, Func<HoconValue, T> read) =>
        GetValue(path) is { } value ? read(value) : otherwise;
}
