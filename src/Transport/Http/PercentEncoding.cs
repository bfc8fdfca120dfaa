using System.Buffers;
using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>The URL standard's percent-encode sets, each as the characters that are not encoded.</summary>
internal static class PercentEncoding
{
    internal static readonly SearchValues<char> Control = AllBut("");
    internal static readonly SearchValues<char> Fragment = AllBut(" \"<>`");
    internal static readonly SearchValues<char> Query = AllBut(" \"#<>");
    internal static readonly SearchValues<char> SpecialQuery = AllBut(" \"#<>'");
    internal static readonly SearchValues<char> Path = AllBut(" \"#<>?`{}");
    internal static readonly SearchValues<char> UserInfo = AllBut(" \"#<>?`{}/:;=@[\\]^|");

    /// <summary>Encodes all characters that are not kept.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="kept">One of the sets.</param>
    /// <param name="encoding">Null for UTF-8. A character that it lacks becomes a numeric character reference, as in forms.</param>
    internal static string Encode(string text, SearchValues<char> kept, Encoding? encoding = null)
    {
        var first = text.AsSpan().IndexOfAnyExcept(kept);
        if (first < 0)
            return text;
        var result = new StringBuilder(text.Length + 16).Append(text, 0, first);
        Span<byte> bytes = stackalloc byte[16];
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
        {
            if (rune.IsAscii && kept.Contains((char)rune.Value))
            {
                result.Append((char)rune.Value);
                continue;
            }
            foreach (var b in bytes[..Bytes(rune, encoding, bytes)])
            {
                // In an old encoding, a character's second byte may be an ASCII letter, which needs no encoding.
                if (kept.Contains((char)b))
                    result.Append((char)b);
                else
                    Append(result, b);
            }
        }
        return result.ToString();
    }

    /// <summary>Decodes text to bytes; text other than escapes is kept.</summary>
    internal static byte[] Decode(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = (byte)(Value(bytes[i + 1]) << 4 | Value(bytes[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i];
            }
        }
        return bytes[..length];
    }

    private static int Bytes(Rune rune, Encoding? encoding, Span<byte> bytes)
    {
        if (encoding is null || encoding is UTF8Encoding or UnicodeEncoding or UTF32Encoding)
            return rune.EncodeToUtf8(bytes);
        Span<char> characters = stackalloc char[2];
        characters = characters[..rune.EncodeToUtf16(characters)];
        var strict = (Encoding)encoding.Clone();
        strict.EncoderFallback = EncoderFallback.ExceptionFallback;
        try
        {
            return strict.GetBytes(characters, bytes);
        }
        catch (EncoderFallbackException)
        {
            return Encoding.ASCII.GetBytes($"%26%23{rune.Value}%3B", bytes);
        }
    }

    private static void Append(StringBuilder result, byte b) => result.Append('%').Append("0123456789ABCDEF"[b >> 4]).Append("0123456789ABCDEF"[b & 15]);

    private static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static SearchValues<char> AllBut(string encoded)
    {
        Span<char> kept = stackalloc char[0x7F - 0x20];
        var count = 0;
        for (var c = ' '; c < '\x7F'; c++)
        {
            if (!encoded.Contains(c, StringComparison.Ordinal))
                kept[count++] = c;
        }
        return SearchValues.Create(kept[..count]);
    }
}
