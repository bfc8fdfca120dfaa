using System;

namespace MessagePack;

/// <summary>What precedes the bytes of an extension value: its type code and its length in bytes.</summary>
public struct ExtensionHeader : IEquatable<ExtensionHeader>
{
    public ExtensionHeader(sbyte typeCode, uint length)
    {
        TypeCode = typeCode;
        Length = length;
    }

    /// <exception cref="OverflowException"><paramref name="length"/> is negative.</exception>
    public ExtensionHeader(sbyte typeCode, int length)
        : this(typeCode, checked((uint)length))
    {
    }

    public sbyte TypeCode { get; private set; }

    public uint Length { get; private set; }

    public bool Equals(ExtensionHeader other) => TypeCode == other.TypeCode && Length == other.Length;
}
