using System.Text;

namespace ActorBrowser;

/// <summary>An argument, a path or a variable of a command: bytes, as the kernel sees them; text is encoded as UTF-8.</summary>
public readonly struct CommandText : IEquatable<CommandText>
{
    private readonly ReadOnlyMemory<byte> _bytes;

    private CommandText(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Encodes a text as UTF-8.</summary>
    /// <param name="text">Holds no NUL character.</param>
    public static implicit operator CommandText(string text) => FromString(text);

    /// <summary>Encodes a text as UTF-8.</summary>
    /// <param name="text">Holds no NUL character.</param>
    public static CommandText FromString(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes that need not be UTF-8, such as file names.</summary>
    /// <param name="bytes">Hold no NUL.</param>
    public static CommandText FromBytes(ReadOnlyMemory<byte> bytes) => new(MessageBytes.Own(bytes));

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(_bytes.Span);

    /// <inheritdoc/>
    public bool Equals(CommandText other) => _bytes.Span.SequenceEqual(other._bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CommandText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>Whether both have the same bytes.</summary>
    public static bool operator ==(CommandText left, CommandText right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(CommandText left, CommandText right) => !left.Equals(right);
}
