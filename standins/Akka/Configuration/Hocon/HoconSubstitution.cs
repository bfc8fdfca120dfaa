using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>A reference <c>${path}</c>; it stands for the value found at that path of its own document.</summary>
public class HoconSubstitution : IHoconElement, IMightBeAHoconObject
{
    protected HoconSubstitution()
    {
    }

    public HoconSubstitution(string path) => Path = path;

    public string Path { get; set; }

    public HoconValue ResolvedValue { get; set; }

    public bool IsString() => ResolvedValue.IsString();

    public string GetString() => ResolvedValue.GetString();

    public bool IsArray() => ResolvedValue.IsArray();

    public IList<HoconValue> GetArray() => ResolvedValue.GetArray();

    public bool IsObject() => ResolvedValue is not null && ResolvedValue.IsObject();

    public HoconObject GetObject() => ResolvedValue.GetObject();
}
