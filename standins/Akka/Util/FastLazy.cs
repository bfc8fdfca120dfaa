using System;

namespace Akka.Util;

/// <summary>A value made on first use; a producer that failed fails every later use in the same way.</summary>
public sealed class FastLazy<T>(Func<T> producer)
{
    private readonly Lazy<T> _value = new(producer ?? throw new ArgumentNullException(nameof(producer)));

    public T Value => _value.Value;

    public bool IsValueCreated() => _value.IsValueCreated;
}
