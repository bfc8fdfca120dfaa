namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The Encoding standard's encoders of GBK, GB18030, Big5, EUC-JP, Shift_JIS and EUC-KR.</summary>
/// <param name="name">The standard's name.</param>
internal sealed class MultiByteEncoder(string name) : PageEncoder
{
    // Private characters that GB18030 of 2022 keeps at two bytes, although its table gives these to others.
    private static readonly Dictionary<int, (byte, byte)> s_private = new()
    {
        [0xE81E] = (0xFE, 0x59),
        [0xE826] = (0xFE, 0x61),
        [0xE82B] = (0xFE, 0x66),
        [0xE82C] = (0xFE, 0x67),
        [0xE832] = (0xFE, 0x6D),
        [0xE843] = (0xFE, 0x7E),
        [0xE854] = (0xFE, 0x90),
        [0xE864] = (0xFE, 0xA0),
    };

    private readonly Lazy<Dictionary<int, int>> _pointers = new(() => PointersOf(name));

    internal override string Name => name;

    /// <summary>The pointer of each code point in JIS X 0208.</summary>
    internal static Dictionary<int, int> Jis0208() => Reverse(EncodingIndexes.Jis0208, static _ => true, []);

    protected override void EncodeTo(string text, List<byte> bytes)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
                bytes.Add((byte)rune.Value);
            else if (!TryEncode(rune.Value, bytes))
                Reference(rune.Value, bytes);
        }
    }

    private static Dictionary<int, int> PointersOf(string name) => name switch
    {
        // Pointers before the standard's own part are Hong Kong's; of these six characters, the last pointer counts.
        "Big5" => Reverse(EncodingIndexes.Big5, static pointer => pointer >= (0xA1 - 0x81) * 157, [0x2550, 0x255E, 0x2561, 0x256A, 0x5341, 0x5345]),
        "EUC-KR" => Reverse(EncodingIndexes.EucKr, static _ => true, []),
        // NEC's copies of IBM's characters are not written.
        "Shift_JIS" => Reverse(EncodingIndexes.Jis0208, static pointer => pointer is < 8272 or > 8835, []),
        "EUC-JP" => Jis0208(),
        _ => Reverse(EncodingIndexes.Gb18030, static _ => true, []),
    };

    private static Dictionary<int, int> Reverse(int[] table, Func<int, bool> counts, HashSet<int> last)
    {
        var pointers = new Dictionary<int, int>(table.Length);
        for (var pointer = 0; pointer < table.Length; pointer++)
        {
            var codePoint = table[pointer];
            if (codePoint == 0 || !counts(pointer))
                continue;
            if (last.Contains(codePoint))
                pointers[codePoint] = pointer;
            else
                pointers.TryAdd(codePoint, pointer);
        }
        return pointers;
    }

    private bool TryEncode(int codePoint, List<byte> bytes)
    {
        var isJapanese = name is "EUC-JP" or "Shift_JIS";
        if (isJapanese && codePoint is 0xA5 or 0x203E or 0x80 or (>= 0xFF61 and <= 0xFF9F) && OfJapanese(codePoint, bytes))
            return true;
        if (name is "GBK" or "gb18030" && OfChinese(codePoint, bytes))
            return true;
        // The minus sign.
        if (isJapanese && codePoint == 0x2212)
            codePoint = 0xFF0D;
        if (!_pointers.Value.TryGetValue(codePoint, out var pointer) || (name is "GBK" or "gb18030" && codePoint == 0xE5E5))
        {
            if (name != "gb18030" || codePoint == 0xE5E5)
                return false;
            pointer = EncodingIndexes.PointerOfGb18030Range(codePoint);
            bytes.Add((byte)(pointer / 12600 + 0x81));
            bytes.Add((byte)(pointer % 12600 / 1260 + 0x30));
            bytes.Add((byte)(pointer % 1260 / 10 + 0x81));
            bytes.Add((byte)(pointer % 10 + 0x30));
            return true;
        }
        var (lead, trail) = name switch
        {
            "EUC-JP" => (pointer / 94 + 0xA1, pointer % 94 + 0xA1),
            "EUC-KR" => (pointer / 190 + 0x81, pointer % 190 + 0x41),
            "Big5" => (pointer / 157 + 0x81, pointer % 157 + (pointer % 157 < 0x3F ? 0x40 : 0x62)),
            "Shift_JIS" => (pointer / 188 + (pointer / 188 < 0x1F ? 0x81 : 0xC1), pointer % 188 + (pointer % 188 < 0x3F ? 0x40 : 0x41)),
            _ => (pointer / 190 + 0x81, pointer % 190 + (pointer % 190 < 0x3F ? 0x40 : 0x41)),
        };
        bytes.Add((byte)lead);
        bytes.Add((byte)trail);
        return true;
    }

    private bool OfJapanese(int codePoint, List<byte> bytes)
    {
        if (codePoint == 0x80 && name != "Shift_JIS")
            return false;
        if (codePoint >= 0xFF61 && name == "EUC-JP")
            bytes.Add(0x8E);
        bytes.Add((byte)(codePoint switch { 0xA5 => 0x5C, 0x203E => 0x7E, 0x80 => 0x80, _ => codePoint - 0xFF61 + 0xA1 }));
        return true;
    }

    private bool OfChinese(int codePoint, List<byte> bytes)
    {
        if (name == "GBK" && codePoint == 0x20AC)
        {
            bytes.Add(0x80);
            return true;
        }
        if (!s_private.TryGetValue(codePoint, out var pair))
            return false;
        bytes.Add(pair.Item1);
        bytes.Add(pair.Item2);
        return true;
    }
}

/// <summary>The Encoding standard's encoder of ISO-2022-JP, whose escape sequences change the meaning of the bytes after them.</summary>
internal sealed class Iso2022JpEncoder : PageEncoder
{
    // The characters of full width for half-width Katakana, from U+FF61 on.
    private const string Katakana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

    private static readonly Lazy<Dictionary<int, int>> Pointers = new(MultiByteEncoder.Jis0208);

    internal override string Name => "ISO-2022-JP";

    protected override bool KeepsAscii => false;

    protected override void EncodeTo(string text, List<byte> bytes)
    {
        var state = 'B';
        foreach (var rune in text.EnumerateRunes())
        {
            var codePoint = rune.Value;
            if (codePoint is 0x0E or 0x0F or 0x1B)
            {
                To('B', bytes, ref state);
                Reference(0xFFFD, bytes);
            }
            else if (rune.IsAscii)
            {
                if (state != 'J' || codePoint is 0x5C or 0x7E)
                    To('B', bytes, ref state);
                bytes.Add((byte)codePoint);
            }
            else if (codePoint is 0xA5 or 0x203E)
            {
                To('J', bytes, ref state);
                bytes.Add(codePoint == 0xA5 ? (byte)0x5C : (byte)0x7E);
            }
            else
            {
                codePoint = codePoint == 0x2212 ? 0xFF0D : codePoint is >= 0xFF61 and <= 0xFF9F ? Katakana[codePoint - 0xFF61] : codePoint;
                if (Pointers.Value.TryGetValue(codePoint, out var pointer))
                {
                    To('$', bytes, ref state);
                    bytes.Add((byte)(pointer / 94 + 0x21));
                    bytes.Add((byte)(pointer % 94 + 0x21));
                    continue;
                }
                if (state == '$')
                    To('B', bytes, ref state);
                Reference(rune.Value, bytes);
            }
        }
        To('B', bytes, ref state);
    }

    private static void To(char wanted, List<byte> bytes, ref char state)
    {
        if (state == wanted)
            return;
        state = wanted;
        bytes.AddRange(wanted == '$' ? "\u001B$B"u8 : wanted == 'J' ? "\u001B(J"u8 : "\u001B(B"u8);
    }
}
