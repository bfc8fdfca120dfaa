using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace MessagePack;

/// <summary>How far a peer is trusted.</summary>
public class MessagePackSecurity
{
    public static readonly MessagePackSecurity TrustedData = new();

    public static readonly MessagePackSecurity UntrustedData = new()
    {
        HashCollisionResistant = true,
        MaximumObjectGraphDepth = 500,
    };

    protected MessagePackSecurity(MessagePackSecurity copyFrom)
    {
        ArgumentNullException.ThrowIfNull(copyFrom);
        HashCollisionResistant = copyFrom.HashCollisionResistant;
        MaximumObjectGraphDepth = copyFrom.MaximumObjectGraphDepth;
        MaximumDecompressedSize = copyFrom.MaximumDecompressedSize;
    }

    private MessagePackSecurity()
    {
    }

    public bool HashCollisionResistant { get; private set; }

    public int MaximumObjectGraphDepth { get; private set; } = 500;

    public int MaximumDecompressedSize { get; private set; } = int.MaxValue;

    public MessagePackSecurity WithMaximumObjectGraphDepth(int maximumObjectGraphDepth) =>
        With(s => s.MaximumObjectGraphDepth = maximumObjectGraphDepth);

    public MessagePackSecurity WithMaximumDecompressedSize(int maximumDecompressedSize) =>
        With(s => s.MaximumDecompressedSize = maximumDecompressedSize);

    public MessagePackSecurity WithHashCollisionResistant(bool hashCollisionResistant) =>
        With(s => s.HashCollisionResistant = hashCollisionResistant);

    public IEqualityComparer<T> GetEqualityComparer<T>() =>
        HashCollisionResistant ? GetHashCollisionResistantEqualityComparer<T>() : EqualityComparer<T>.Default;

    public IEqualityComparer GetEqualityComparer() =>
        HashCollisionResistant ? GetHashCollisionResistantEqualityComparer() : EqualityComparer<object>.Default;

    /// <summary>Counts one level of nesting; the caller counts it down again when it leaves the level.</summary>
    public void DepthStep(ref MessagePackReader reader)
    {
        if (reader.Depth >= MaximumObjectGraphDepth)
        {
            throw new InsufficientExecutionStackException(
                $"This msgpack sequence has an object graph that exceeds the maximum depth allowed of {MaximumObjectGraphDepth}.");
        }
        reader.Depth++;
    }

    protected virtual IEqualityComparer<T> GetHashCollisionResistantEqualityComparer<T>() => RandomisedComparer<T>.Instance;

    protected virtual IEqualityComparer GetHashCollisionResistantEqualityComparer() => RandomisedComparer<object>.Instance;

    protected virtual MessagePackSecurity Clone() => new(this);

    private MessagePackSecurity With(Action<MessagePackSecurity> change)
    {
        var copy = Clone();
        change(copy);
        return copy;
    }

    /// <summary>Hashes mixed with a seed that differs in every process, as HashCode's is.</summary>
    private sealed class RandomisedComparer<T> : IEqualityComparer<T>, IEqualityComparer
    {
        internal static readonly RandomisedComparer<T> Instance = new();

        public bool Equals(T? x, T? y) => EqualityComparer<T>.Default.Equals(x, y);

        public int GetHashCode(T obj) => obj is string text ? text.GetHashCode(StringComparison.Ordinal) : HashCode.Combine(obj);

        bool IEqualityComparer.Equals(object? x, object? y) => object.Equals(x, y);

        int IEqualityComparer.GetHashCode(object obj) => RuntimeHelpers.Equals(obj, null) ? 0 : GetHashCode((T)obj);
    }
}
