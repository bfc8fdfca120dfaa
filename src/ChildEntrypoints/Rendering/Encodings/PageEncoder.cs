using System.Collections.Concurrent;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>One of the Encoding standard's encodings as an encoder, for what a form sends. A character that the encoding lacks becomes a numeric reference.</summary>
internal abstract class PageEncoder
{
    private static readonly ConcurrentDictionary<string, PageEncoder> Known = new(StringComparer.Ordinal);

    /// <summary>The encoder of an encoding; that of UTF-8 for those that browsers only decode.</summary>
    /// <param name="name">The encoding's name, in lower case.</param>
    internal static PageEncoder Named(string name) => Known.GetOrAdd(name, static name => name switch
    {
        "utf-8" or "utf-16le" or "utf-16be" or "replacement" => new Utf8(),
        "x-user-defined" => new SingleByte("x-user-defined", string.Concat(Enumerable.Range(0, 128).Select(static i => (char)(0xF780 + i)))),
        "gbk" or "gb18030" or "big5" or "euc-jp" or "shift_jis" or "euc-kr" => new MultiByteEncoder(NameOf(name)),
        "iso-2022-jp" => new Iso2022JpEncoder(),
        _ when SingleByteTables.Of(name) is { } upper => new SingleByte(NameOf(name), upper),
        _ => new Utf8(),
    });

    /// <summary>The encoding's name as the standard writes it, such as <c>UTF-8</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>Encodes a text.</summary>
    internal byte[] Encode(string text)
    {
        // Most texts are ASCII, which most encodings keep.
        if (Ascii.IsValid(text) && KeepsAscii)
            return Encoding.ASCII.GetBytes(text);
        var bytes = new List<byte>(text.Length * 2);
        EncodeTo(text, bytes);
        return [.. bytes];
    }

    protected virtual bool KeepsAscii => true;

    protected abstract void EncodeTo(string text, List<byte> bytes);

    protected static void Reference(int codePoint, List<byte> bytes) => bytes.AddRange(Encoding.ASCII.GetBytes($"&#{codePoint};"));

    private static string NameOf(string name) => name switch
    {
        "gbk" or "euc-jp" or "euc-kr" or "koi8-r" or "koi8-u" or "ibm866" => name.ToUpperInvariant(),
        "big5" => "Big5",
        "shift_jis" => "Shift_JIS",
        "iso-8859-8-i" => "ISO-8859-8-I",
        _ when name.StartsWith("iso-", StringComparison.Ordinal) => name.ToUpperInvariant(),
        _ => name,
    };

    private sealed class Utf8 : PageEncoder
    {
        internal override string Name => "UTF-8";

        protected override void EncodeTo(string text, List<byte> bytes) => bytes.AddRange(Encoding.UTF8.GetBytes(text));
    }

    private sealed class SingleByte : PageEncoder
    {
        private readonly Dictionary<char, byte> _bytes = [];

        internal SingleByte(string name, string upper)
        {
            Name = name;
            for (var i = 0; i < upper.Length; i++)
            {
                if (upper[i] != '\uFFFD')
                    _bytes.TryAdd(upper[i], (byte)(0x80 + i));
            }
        }

        internal override string Name { get; }

        protected override void EncodeTo(string text, List<byte> bytes)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (rune.IsAscii)
                    bytes.Add((byte)rune.Value);
                else if (rune.IsBmp && _bytes.TryGetValue((char)rune.Value, out var single))
                    bytes.Add(single);
                else
                    Reference(rune.Value, bytes);
            }
        }
    }
}
