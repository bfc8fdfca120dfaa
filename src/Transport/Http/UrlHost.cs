using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>The URL standard's host parser and serializer.</summary>
internal static class UrlHost
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\0\t\n\r #/:<>?@[\\]^|");

    internal static bool TryParse(string text, bool special, [NotNullWhen(true)] out string? host)
    {
        host = null;
        if (text.StartsWith('['))
        {
            Span<ushort> pieces = stackalloc ushort[8];
            if (!text.EndsWith(']') || !TryReadV6(text.AsSpan(1, text.Length - 2), pieces))
                return false;
            host = $"[{WriteV6(pieces)}]";
            return true;
        }
        if (!special)
        {
            if (text.AsSpan().ContainsAny(Forbidden))
                return false;
            host = PercentEncoding.Encode(text, PercentEncoding.Control);
            return true;
        }
        if (Idna.ToAscii(Encoding.UTF8.GetString(PercentEncoding.Decode(text))) is not { Length: > 0 } domain || !IsDomain(domain))
            return false;
        if (!EndsInNumber(domain))
        {
            host = domain;
            return true;
        }
        if (!TryReadV4(domain, out var address))
            return false;
        host = string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
        return true;
    }

    private static bool IsDomain(string domain)
    {
        foreach (var c in domain)
        {
            if (c is <= ' ' or '%' or >= '\x7F' || Forbidden.Contains(c))
                return false;
        }
        return true;
    }

    private static bool EndsInNumber(string domain)
    {
        var parts = domain.Split('.');
        if (parts[^1].Length == 0)
        {
            if (parts.Length == 1)
                return false;
            parts = parts[..^1];
        }
        var last = parts[^1];
        return (last.Length > 0 && !last.AsSpan().ContainsAnyExceptInRange('0', '9')) || (last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && TryReadNumber(last, out _));
    }

    private static bool TryReadV4(string text, out uint address)
    {
        address = 0;
        var parts = text.Split('.');
        if (parts.Length > 1 && parts[^1].Length == 0)
            parts = parts[..^1];
        if (parts.Length > 4)
            return false;
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (!TryReadNumber(parts[i], out var number) || number >= (isLast ? 1UL << (8 * (5 - parts.Length)) : 256))
                return false;
            address |= isLast ? (uint)number : (uint)number << (8 * (3 - i));
        }
        return true;
    }

    // Decimal, octal after 0, hexadecimal after 0x. A number over 32 bits is valid here; the caller refuses it as too large.
    private static bool TryReadNumber(string text, out ulong number)
    {
        number = 0;
        if (text.Length == 0)
            return false;
        var digits = text.AsSpan();
        var radix = 10UL;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            radix = 16;
        else if (digits.Length > 1 && digits[0] == '0')
            radix = 8;
        digits = digits[(radix == 16 ? 2 : radix == 8 ? 1 : 0)..];
        foreach (var c in digits)
        {
            if (!char.IsAsciiHexDigit(c) || Digit(c) >= radix)
                return false;
            number = Math.Min((number * radix) + Digit(c), 1UL << 40);
        }
        return true;
    }

    private static ulong Digit(char c) => (ulong)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);

    private static bool TryReadV6(ReadOnlySpan<char> text, Span<ushort> pieces)
    {
        pieces.Clear();
        var (piece, compress, at) = (0, -1, 0);
        if (text.StartsWith(":"))
        {
            if (!text.StartsWith("::"))
                return false;
            (at, piece, compress) = (2, 1, 1);
        }
        while (at < text.Length)
        {
            if (piece == 8)
                return false;
            if (text[at] == ':')
            {
                if (compress >= 0)
                    return false;
                at++;
                compress = ++piece;
                continue;
            }
            var start = at;
            var value = 0;
            while (at < text.Length && at - start < 4 && char.IsAsciiHexDigit(text[at]))
                value = value << 4 | (int)Digit(text[at++]);
            if (at < text.Length && text[at] == '.')
            {
                if (at == start || piece > 6 || !TryReadEmbedded(text[start..], out var address))
                    return false;
                pieces[piece++] = (ushort)(address >> 16);
                pieces[piece++] = (ushort)address;
                break;
            }
            if (at < text.Length && (text[at] != ':' || ++at == text.Length))
                return false;
            pieces[piece++] = (ushort)value;
        }
        if (compress < 0)
            return piece == 8;
        var moved = piece - compress;
        pieces[compress..piece].CopyTo(pieces[(8 - moved)..]);
        pieces[compress..Math.Max(compress, 8 - moved)].Clear();
        return true;
    }

    // Four decimal numbers, without leading zeros.
    private static bool TryReadEmbedded(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++count > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0'))
                return false;
            var value = uint.Parse(part, CultureInfo.InvariantCulture);
            if (value > 255)
                return false;
            address = address << 8 | value;
        }
        return count == 4;
    }

    private static string WriteV6(ReadOnlySpan<ushort> pieces)
    {
        var (best, longest) = (-1, 1);
        for (var i = 0; i < 8; i++)
        {
            var length = 0;
            while (i + length < 8 && pieces[i + length] == 0)
                length++;
            if (length > longest)
                (best, longest) = (i, length);
            i += length;
        }
        var text = new StringBuilder(39);
        for (var i = 0; i < 8; i++)
        {
            if (i == best)
            {
                text.Append(i == 0 ? "::" : ":");
                i += longest - 1;
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"{pieces[i]:x}");
            if (i < 7)
                text.Append(':');
        }
        return text.ToString();
    }
}
