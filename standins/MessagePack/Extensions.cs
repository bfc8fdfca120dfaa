using System;
using System.Buffers;

namespace MessagePack;

/// <summary>An extension's number and length.</summary>
public struct ExtensionHeader : IEquatable<ExtensionHeader>
{
    public ExtensionHeader(sbyte typeCode, uint length)
    {
        TypeCode = typeCode;
        Length = length;
    }

    public ExtensionHeader(sbyte typeCode, int length) : this(typeCode, (uint)length)
    {
    }

    public sbyte TypeCode { get; private set; }

    public uint Length { get; private set; }

    public bool Equals(ExtensionHeader other) => TypeCode == other.TypeCode && Length == other.Length;
}

/// <summary>An extension's number and bytes.</summary>
public struct ExtensionResult
{
    public ExtensionResult(sbyte typeCode, Memory<byte> data) : this(typeCode, new ReadOnlySequence<byte>(data))
    {
    }

    public ExtensionResult(sbyte typeCode, ReadOnlySequence<byte> data)
    {
        TypeCode = typeCode;
        Data = data;
    }

    public sbyte TypeCode { get; private set; }

    public ReadOnlySequence<byte> Data { get; private set; }

    public ExtensionHeader Header => new(TypeCode, checked((uint)Data.Length));
}

/// <summary>A value that is nothing.</summary>
public struct Nil : IEquatable<Nil>
{
    public static readonly Nil Default = default;

    public override bool Equals(object? obj) => obj is Nil;

    public bool Equals(Nil other) => true;

    public override int GetHashCode() => 0;

    public override string ToString() => "()";
}

/// <summary>The stream does not hold what was asked for.</summary>
public class MessagePackSerializationException : Exception
{
    public MessagePackSerializationException()
    {
    }

    public MessagePackSerializationException(string? message) : base(message)
    {
    }

    public MessagePackSerializationException(string? message, Exception? inner) : base(message, inner)
    {
    }
}
