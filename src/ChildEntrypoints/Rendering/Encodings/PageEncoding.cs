using System.Collections.Concurrent;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>One of the Encoding standard's encodings, as a decoder: invalid bytes become U+FFFD.</summary>
/// <param name="name">In lower case.</param>
internal abstract class PageEncoding(string name)
{
    private static readonly ConcurrentDictionary<string, PageEncoding> Known = new(StringComparer.Ordinal);

    /// <summary>The standard's name, in lower case.</summary>
    internal string Name { get; } = name;

    internal static PageEncoding Utf8 { get; } = Named("utf-8");

    internal static PageEncoding Windows1252 { get; } = Named("windows-1252");

    /// <summary>Whether bytes below 0x80 are always ASCII characters.</summary>
    protected virtual bool KeepsAscii => true;

    /// <summary>The encoding that a label stands for; null for an unknown label.</summary>
    internal static PageEncoding? ByLabel(ReadOnlySpan<char> label) => EncodingLabels.NameOf(label) is { } name ? Named(name) : null;

    /// <summary>Returns the encoding with a name.</summary>
    internal static PageEncoding Named(string name) => Known.GetOrAdd(name, static name => name switch
    {
        "utf-8" => new Unicode(name, Encoding.UTF8),
        "utf-16le" => new Unicode(name, Encoding.Unicode),
        "utf-16be" => new Unicode(name, Encoding.BigEndianUnicode),
        "replacement" => new Replacement(name),
        "x-user-defined" => new SingleByte(name, string.Concat(Enumerable.Range(0, 128).Select(static i => (char)(0xF780 + i)))),
        "gbk" or "gb18030" => new MultiByte(name, MultiByteDecoders.Gb18030),
        "big5" => new MultiByte(name, MultiByteDecoders.Big5),
        "euc-jp" => new MultiByte(name, MultiByteDecoders.EucJp),
        "shift_jis" => new MultiByte(name, MultiByteDecoders.ShiftJis),
        "euc-kr" => new MultiByte(name, MultiByteDecoders.EucKr),
        "iso-2022-jp" => new Iso2022(name),
        _ => new SingleByte(name, SingleByteTables.Of(name) ?? throw new ArgumentException($"'{name}' is not the name of an encoding.", nameof(name))),
    });

    /// <summary>The most characters that this many bytes decode to.</summary>
    // Big5 makes two characters of two bytes, and each invalid byte is one character.
    internal virtual int MaxChars(int bytes) => bytes + 2;

    /// <summary>Decodes all bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="text">Room for <see cref="MaxChars"/>.</param>
    /// <returns>The number of characters.</returns>
    internal int Decode(ReadOnlySpan<byte> bytes, Span<char> text) =>
        // A page that is all ASCII, as most are, needs no tables.
        KeepsAscii && Ascii.IsValid(bytes) ? Encoding.ASCII.GetChars(bytes, text) : DecodeAll(bytes, text);

    protected abstract int DecodeAll(ReadOnlySpan<byte> bytes, Span<char> text);

    private sealed class Unicode(string name, Encoding encoding) : PageEncoding(name)
    {
        protected override bool KeepsAscii => encoding is UTF8Encoding;

        internal override int MaxChars(int bytes) => encoding.GetMaxCharCount(bytes);

        protected override int DecodeAll(ReadOnlySpan<byte> bytes, Span<char> text) => encoding.GetChars(bytes, text);
    }

    private sealed class SingleByte(string name, string upper) : PageEncoding(name)
    {
        protected override int DecodeAll(ReadOnlySpan<byte> bytes, Span<char> text)
        {
            for (var i = 0; i < bytes.Length; i++)
                text[i] = bytes[i] < 0x80 ? (char)bytes[i] : upper[bytes[i] - 0x80];
            return bytes.Length;
        }
    }

    private delegate int Decoder(ReadOnlySpan<byte> bytes, Span<char> text);

    private class MultiByte(string name, Decoder decode) : PageEncoding(name)
    {
        protected override int DecodeAll(ReadOnlySpan<byte> bytes, Span<char> text) => decode(bytes, text);
    }

    // Escape sequences are ASCII and change the meaning of the bytes after them.
    private sealed class Iso2022(string name) : MultiByte(name, Iso2022JpDecoder.Decode)
    {
        protected override bool KeepsAscii => false;
    }

    /// <summary>For encodings that browsers refuse because they were used in attacks: any content is one error.</summary>
    private sealed class Replacement(string name) : PageEncoding(name)
    {
        protected override bool KeepsAscii => false;

        protected override int DecodeAll(ReadOnlySpan<byte> bytes, Span<char> text)
        {
            if (bytes.IsEmpty)
                return 0;
            text[0] = '\uFFFD';
            return 1;
        }
    }
}
