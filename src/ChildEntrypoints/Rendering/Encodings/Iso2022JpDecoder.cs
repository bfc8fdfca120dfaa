namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The Encoding standard's ISO-2022-JP decoder: escape sequences set the meaning of the bytes after them.</summary>
internal static class Iso2022JpDecoder
{
    private const char Wrong = '\uFFFD';

    private enum State
    {
        Ascii,
        Roman,
        Katakana,
        Lead,
    }

    internal static int Decode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var state = State.Ascii;
        // An escape sequence right after another is an error, but takes effect.
        var escaped = false;
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b == 0x1B)
            {
                if (Escape(bytes[(i + 1)..]) is not { } next)
                {
                    text[length++] = Wrong;
                    escaped = false;
                    continue;
                }
                state = next;
                i += 2;
                if (escaped)
                    text[length++] = Wrong;
                escaped = true;
                continue;
            }
            escaped = false;
            if (state == State.Lead && b is >= 0x21 and <= 0x7E)
                i += OfTwo(b, bytes[(i + 1)..], text, ref length);
            else
                text[length++] = One(state, b);
        }
        return length;
    }

    private static char One(State state, byte b) => state switch
    {
        State.Katakana => b is >= 0x21 and <= 0x5F ? (char)(0xFF61 - 0x21 + b) : Wrong,
        State.Lead => Wrong,
        State.Roman when b == 0x5C => '\u00A5',
        State.Roman when b == 0x7E => '\u203E',
        _ => b < 0x80 && b is not (0x0E or 0x0F) ? (char)b : Wrong,
    };

    private static State? Escape(ReadOnlySpan<byte> behind) => behind switch
    {
        [(byte)'(', (byte)'B', ..] => State.Ascii,
        [(byte)'(', (byte)'J', ..] => State.Roman,
        [(byte)'(', (byte)'I', ..] => State.Katakana,
        [(byte)'$', (byte)'@' or (byte)'B', ..] => State.Lead,
        _ => null,
    };

    // An invalid trail byte is consumed, the start of an escape sequence is not.
    private static int OfTwo(byte lead, ReadOnlySpan<byte> behind, Span<char> text, ref int length)
    {
        if (behind is [>= 0x21 and <= 0x7E and var trail, ..] && EncodingIndexes.Jis0208[((lead - 0x21) * 94) + trail - 0x21] is > 0 and var codePoint)
        {
            text[length++] = (char)codePoint;
            return 1;
        }
        text[length++] = Wrong;
        return behind is [] or [0x1B, ..] ? 0 : 1;
    }
}
