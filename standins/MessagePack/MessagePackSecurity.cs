using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Reflection;

namespace MessagePack;

/// <summary>How far data is trusted while it is read.</summary>
public class MessagePackSecurity
{
    /// <summary>For data from oneself.</summary>
    public static readonly MessagePackSecurity TrustedData = new();

    /// <summary>For data from anyone: hashes that cannot be aimed at, a bound on what decompression may yield.</summary>
    public static readonly MessagePackSecurity UntrustedData = new()
    {
        HashCollisionResistant = true,
        MaximumDecompressedSize = 64 * 1024 * 1024,
    };

    private readonly ObjectComparer _objectComparer;

    private MessagePackSecurity() => _objectComparer = new ObjectComparer(this);

    /// <exception cref="ArgumentNullException"><paramref name="copyFrom"/> is null.</exception>
    protected MessagePackSecurity(MessagePackSecurity copyFrom)
        : this()
    {
        ArgumentNullException.ThrowIfNull(copyFrom);
        HashCollisionResistant = copyFrom.HashCollisionResistant;
        MaximumObjectGraphDepth = copyFrom.MaximumObjectGraphDepth;
        MaximumDecompressedSize = copyFrom.MaximumDecompressedSize;
    }

    /// <summary>Whether keys of dictionaries are hashed so that a sender cannot make them collide.</summary>
    public bool HashCollisionResistant { get; private set; }

    /// <summary>How deep <see cref="DepthStep"/> lets a reader go; 500 unless changed.</summary>
    public int MaximumObjectGraphDepth { get; private set; } = 500;

    /// <summary>Bytes that decompressing one message may yield.</summary>
    public int MaximumDecompressedSize { get; private set; } = int.MaxValue;

    /// <summary>A copy with another <see cref="MaximumObjectGraphDepth"/>, or this one if it is the same.</summary>
    public MessagePackSecurity WithMaximumObjectGraphDepth(int maximumObjectGraphDepth)
    {
        if (MaximumObjectGraphDepth == maximumObjectGraphDepth)
            return this;

        var copy = Clone();
        copy.MaximumObjectGraphDepth = maximumObjectGraphDepth;
        return copy;
    }

    /// <summary>A copy with another <see cref="MaximumDecompressedSize"/>, or this one if it is the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public MessagePackSecurity WithMaximumDecompressedSize(int maximumDecompressedSize)
    {
        if (MaximumDecompressedSize == maximumDecompressedSize)
            return this;

        ArgumentOutOfRangeException.ThrowIfNegative(maximumDecompressedSize);
        var copy = Clone();
        copy.MaximumDecompressedSize = maximumDecompressedSize;
        return copy;
    }

    /// <summary>A copy with another <see cref="HashCollisionResistant"/>, or this one if it is the same.</summary>
    public MessagePackSecurity WithHashCollisionResistant(bool hashCollisionResistant)
    {
        if (HashCollisionResistant == hashCollisionResistant)
            return this;

        var copy = Clone();
        copy.HashCollisionResistant = hashCollisionResistant;
        return copy;
    }

    /// <summary>The comparer to give to a dictionary of keys that were read.</summary>
    /// <exception cref="TypeAccessException">Hashes must resist collisions and none that do is known for the type.</exception>
    public IEqualityComparer<T> GetEqualityComparer<T>() =>
        HashCollisionResistant ? GetHashCollisionResistantEqualityComparer<T>() : EqualityComparer<T>.Default;

    /// <summary>The comparer to give to a collection of keys of any type.</summary>
    public IEqualityComparer GetEqualityComparer() =>
        HashCollisionResistant ? GetHashCollisionResistantEqualityComparer() : EqualityComparer<object>.Default;

    /// <summary>Goes one level deeper; who calls it takes 1 from <see cref="MessagePackReader.Depth"/> on the way back.</summary>
    /// <exception cref="InsufficientExecutionStackException">The reader is at the deepest level allowed.</exception>
    public void DepthStep(ref MessagePackReader reader)
    {
        if (reader.Depth >= MaximumObjectGraphDepth)
            throw new InsufficientExecutionStackException($"This msgpack sequence is nested deeper than the {MaximumObjectGraphDepth} levels allowed.");

        reader.Depth++;
    }

    protected virtual IEqualityComparer<T> GetHashCollisionResistantEqualityComparer<T>()
    {
        if (CollisionResistantComparer<T>.Instance is { } comparer)
            return comparer;
        if (typeof(T) == typeof(object))
            return (IEqualityComparer<T>)(object)_objectComparer;

        throw new TypeAccessException($"No hash that resists collisions is known for {typeof(T)}.");
    }

    protected virtual IEqualityComparer GetHashCollisionResistantEqualityComparer() =>
        (IEqualityComparer)GetHashCollisionResistantEqualityComparer<object>();

    /// <summary>Derived classes make one of their own.</summary>
    protected virtual MessagePackSecurity Clone() => new(this);

    /// <summary>Finds the comparer by the type each key turns out to have.</summary>
    private sealed class ObjectComparer(MessagePackSecurity security) : IEqualityComparer<object>, IEqualityComparer
    {
        private static readonly MethodInfo Generic = Array.Find(
            typeof(MessagePackSecurity).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic),
            method => method.Name == nameof(GetHashCollisionResistantEqualityComparer) && method.IsGenericMethodDefinition)!;

        private readonly ConcurrentDictionary<Type, IEqualityComparer> _comparers = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => Equals(x, y);

        bool IEqualityComparer.Equals(object? x, object? y) => Equals(x, y);

        public int GetHashCode(object value)
        {
            if (value is null)
                return 0;

            // A plain object is its own identity: nobody sends one. Asking for its comparer would lead back here.
            var type = value.GetType();
            if (type == typeof(object))
                return value.GetHashCode();

            return _comparers.GetOrAdd(type, Find).GetHashCode(value);
        }

        private IEqualityComparer Find(Type type) =>
            (IEqualityComparer)Generic.MakeGenericMethod(type).Invoke(security, BindingFlags.DoNotWrapExceptions, null, [], null)!;
    }
}
