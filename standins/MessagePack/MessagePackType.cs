namespace MessagePack;

/// <summary>The families of values in the MessagePack format.</summary>
public enum MessagePackType : byte
{
    Unknown = 0,
    Integer = 1,
    Nil = 2,
    Boolean = 3,
    Float = 4,
    String = 5,
    Binary = 6,
    Array = 7,
    Map = 8,
    Extension = 9,
}

/// <summary>The limits of what fits in a one-byte token.</summary>
public static class MessagePackRange
{
    public const int MinFixNegativeInt = -32;
    public const int MaxFixNegativeInt = -1;
    public const int MaxFixPositiveInt = 127;
    public const int MinFixStringLength = 0;
    public const int MaxFixStringLength = 31;
    public const int MaxFixMapCount = 15;
    public const int MaxFixArrayCount = 15;
}

/// <summary>The extension type codes the format itself defines.</summary>
public static class ReservedMessagePackExtensionTypeCode
{
    /// <summary>A timestamp of 4, 8 or 12 bytes.</summary>
    public const sbyte DateTime = -1;
}
