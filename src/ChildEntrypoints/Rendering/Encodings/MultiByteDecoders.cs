namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The Encoding standard's decoders of encodings with two to four bytes per character.</summary>
internal static class MultiByteDecoders
{
    private const char Wrong = '\uFFFD';

    internal static int Gb18030(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var first = bytes[i];
            if (first < 0x80)
                text[length++] = (char)first;
            else if (first == 0x80)
                text[length++] = '\u20AC';
            else if (first == 0xFF || i + 1 >= bytes.Length)
                text[length++] = Wrong;
            else if (bytes[i + 1] is >= 0x30 and <= 0x39)
                i += OfFour(bytes[i..], text, ref length);
            else
                i += OfTwo(bytes[i + 1], (first - 0x81) * 190, bytes[i + 1] < 0x7F ? 0x40 : 0x41, bytes[i + 1] is (>= 0x40 and <= 0x7E) or (>= 0x80 and <= 0xFE), EncodingIndexes.Gb18030, text, ref length);
        }
        return length;
    }

    internal static int Big5(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var lead = bytes[i];
            if (lead < 0x80)
            {
                text[length++] = (char)lead;
                continue;
            }
            if (lead is 0x80 or 0xFF || i + 1 >= bytes.Length)
            {
                text[length++] = Wrong;
                continue;
            }
            var trail = bytes[i + 1];
            var isTrail = trail is (>= 0x40 and <= 0x7E) or (>= 0xA1 and <= 0xFE);
            var (row, offset) = ((lead - 0x81) * 157, trail < 0x7F ? 0x40 : 0x62);
            // Four letters that Unicode writes with a combining mark.
            if (isTrail && row + trail - offset is 1133 or 1135 or 1164 or 1166)
            {
                var pointer = row + trail - offset;
                text[length++] = pointer < 1164 ? '\u00CA' : '\u00EA';
                text[length++] = pointer is 1133 or 1164 ? '\u0304' : '\u030C';
                i++;
                continue;
            }
            i += OfTwo(trail, row, offset, isTrail, EncodingIndexes.Big5, text, ref length);
        }
        return length;
    }

    internal static int EucKr(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var lead = bytes[i];
            if (lead < 0x80)
                text[length++] = (char)lead;
            else if (lead is 0x80 or 0xFF || i + 1 >= bytes.Length)
                text[length++] = Wrong;
            else
                i += OfTwo(bytes[i + 1], (lead - 0x81) * 190, 0x41, bytes[i + 1] is >= 0x41 and <= 0xFE, EncodingIndexes.EucKr, text, ref length);
        }
        return length;
    }

    internal static int ShiftJis(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var lead = bytes[i];
            if (lead <= 0x80)
                text[length++] = (char)lead;
            else if (lead is >= 0xA1 and <= 0xDF)
                text[length++] = (char)(0xFF61 - 0xA1 + lead);
            else if (lead is 0xA0 or > 0xFC || i + 1 >= bytes.Length)
                text[length++] = Wrong;
            else
                i += OfShiftJis(lead, bytes[i + 1], text, ref length);
        }
        return length;
    }

    internal static int EucJp(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var lead = bytes[i];
            if (lead < 0x80)
            {
                text[length++] = (char)lead;
                continue;
            }
            if (lead is not (0x8E or 0x8F or (>= 0xA1 and <= 0xFE)) || i + 1 >= bytes.Length)
            {
                text[length++] = Wrong;
                continue;
            }
            var trail = bytes[i + 1];
            if (lead == 0x8E && trail is >= 0xA1 and <= 0xDF)
            {
                text[length++] = (char)(0xFF61 - 0xA1 + trail);
                i++;
                continue;
            }
            var table = EncodingIndexes.Jis0208;
            if (lead == 0x8F && trail is >= 0xA1 and <= 0xFE)
            {
                // Three bytes: the last two use another table.
                i++;
                if (i + 1 >= bytes.Length)
                {
                    text[length++] = Wrong;
                    continue;
                }
                (table, lead, trail) = (EncodingIndexes.Jis0212, trail, bytes[i + 1]);
            }
            i += OfTwo(trail, (lead - 0xA1) * 94, 0xA1, lead >= 0xA1 && trail is >= 0xA1 and <= 0xFE, table, text, ref length);
        }
        return length;
    }

    /// <summary>Writes the character of a lead and a trail byte, or an error.</summary>
    /// <returns>How many bytes after the lead are consumed: an ASCII byte that is not a valid trail is read again.</returns>
    private static int OfTwo(byte trail, int row, int offset, bool isTrail, int[] table, Span<char> text, ref int length)
    {
        var codePoint = isTrail && row + trail - offset is >= 0 and var pointer && pointer < table.Length ? table[pointer] : 0;
        if (codePoint != 0)
        {
            Put(codePoint, text, ref length);
            return 1;
        }
        text[length++] = Wrong;
        return trail < 0x80 ? 0 : 1;
    }

    private static int OfShiftJis(byte lead, byte trail, Span<char> text, ref int length)
    {
        var isTrail = trail is (>= 0x40 and <= 0x7E) or (>= 0x80 and <= 0xFC);
        var row = (lead - (lead < 0xA0 ? 0x81 : 0xC1)) * 188;
        var offset = trail < 0x7F ? 0x40 : 0x41;
        // The private use area.
        if (isTrail && row + trail - offset is >= 8836 and <= 10715 and var pointer)
        {
            text[length++] = (char)(0xE000 - 8836 + pointer);
            return 1;
        }
        return OfTwo(trail, row, offset, isTrail, EncodingIndexes.Jis0208, text, ref length);
    }

    private static int OfFour(ReadOnlySpan<byte> bytes, Span<char> text, ref int length)
    {
        // A sequence that is cut off is one error. An invalid sequence is one error, and reading continues after its first byte.
        var ends = bytes.Length < 3 || (bytes[2] is >= 0x81 and <= 0xFE && bytes.Length < 4);
        if (ends)
        {
            text[length++] = Wrong;
            return bytes.Length - 1;
        }
        if (bytes[2] is >= 0x81 and <= 0xFE && bytes[3] is >= 0x30 and <= 0x39)
        {
            var codePoint = EncodingIndexes.OfGb18030Range(((bytes[0] - 0x81) * 12600) + ((bytes[1] - 0x30) * 1260) + ((bytes[2] - 0x81) * 10) + bytes[3] - 0x30);
            if (codePoint != 0)
                Put(codePoint, text, ref length);
            else
                text[length++] = Wrong;
            return 3;
        }
        text[length++] = Wrong;
        return 0;
    }

    private static void Put(int codePoint, Span<char> text, ref int length)
    {
        if (codePoint < 0x10000)
        {
            text[length++] = (char)codePoint;
            return;
        }
        text[length++] = (char)(0xD800 + ((codePoint - 0x10000) >> 10));
        text[length++] = (char)(0xDC00 + ((codePoint - 0x10000) & 0x3FF));
    }
}
