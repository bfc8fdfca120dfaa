using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>A piece of a HOCON value: text, a list, an object or a reference to another value.</summary>
public interface IHoconElement
{
    bool IsString();

    string GetString();

    bool IsArray();

    IList<HoconValue> GetArray();
}

/// <summary>Something that may turn out to be an object once references are resolved.</summary>
public interface IMightBeAHoconObject
{
    bool IsObject();

    HoconObject GetObject();
}
