using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>A parsed document: its top value and the references found in it.</summary>
public class HoconRoot
{
    protected HoconRoot()
    {
    }

    public HoconRoot(HoconValue value, IEnumerable<HoconSubstitution> substitutions)
    {
        Value = value;
        Substitutions = substitutions;
    }

    public HoconRoot(HoconValue value)
        : this(value, [])
    {
    }

    public HoconValue Value { get; private set; }

    public IEnumerable<HoconSubstitution> Substitutions { get; private set; }
}
