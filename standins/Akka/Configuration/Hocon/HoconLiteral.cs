using System;
using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>A run of text: a quoted or unquoted string, or the blanks between two of them.</summary>
public class HoconLiteral : IHoconElement
{
    public string Value { get; set; }

    public bool IsString() => true;

    public string GetString() => Value;

    public bool IsArray() => false;

    public IList<HoconValue> GetArray() =>
        throw new NotImplementedException("This element is a string literal and not an array.");

    public override string ToString() => Value;
}
