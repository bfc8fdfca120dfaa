using System.Text;

namespace ActorBrowser;

/// <summary>The path of a rule in robots.txt: <c>*</c> stands for any characters, <c>$</c> at the end for the end of the URL.</summary>
internal sealed class RobotsPattern
{
    private const string Reserved = ":/?#[]@!&'()+,;=";

    private readonly string[] _pieces;
    private readonly bool _isAnchored;

    /// <param name="text">As written, one character for each byte.</param>
    internal RobotsPattern(string text)
    {
        _isAnchored = text.EndsWith('$');
        var normal = Normalize(_isAnchored ? text[..^1] : text, isPattern: true);
        Length = normal.Length + (_isAnchored ? 1 : 0);
        _pieces = normal.Split('*');
    }

    /// <summary>In octets: the longest pattern that matches decides.</summary>
    internal int Length { get; }

    /// <summary>Whether a path begins with this pattern.</summary>
    /// <param name="path">As <see cref="Normalize"/> returns it.</param>
    internal bool Matches(string path)
    {
        if (!path.StartsWith(_pieces[0], StringComparison.Ordinal))
            return false;
        var at = _pieces[0].Length;
        // Each piece at its first occurrence leaves the most for the next; the last one of an anchored pattern is the path's end.
        for (var i = 1; i < _pieces.Length; i++)
        {
            if (_isAnchored && i == _pieces.Length - 1)
                return path.Length - at >= _pieces[i].Length && path.EndsWith(_pieces[i], StringComparison.Ordinal);
            var found = path.AsSpan(at).IndexOf(_pieces[i], StringComparison.Ordinal);
            if (found < 0)
                return false;
            at += found + _pieces[i].Length;
        }
        return !_isAnchored || at == path.Length;
    }

    /// <summary>
    /// Makes paths comparable (RFC 9309, 2.2.2): octets that a URI may not hold are percent-encoded, unreserved ones are not. In a URL,
    /// <c>*</c> and <c>$</c> are percent-encoded, so that a pattern's <c>%2A</c> means the character and its <c>*</c> anything.
    /// </summary>
    internal static string Normalize(string path, bool isPattern)
    {
        var result = new StringBuilder(path.Length + 16);
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '%' && i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]))
            {
                var octet = (char)Convert.ToByte(path.Substring(i + 1, 2), 16);
                i += 2;
                if (IsUnreserved(octet))
                    result.Append(octet);
                else
                    Encode(result, octet);
            }
            else if (c == '*' ? isPattern : IsUnreserved(c) || Reserved.Contains(c, StringComparison.Ordinal))
            {
                result.Append(c);
            }
            else
            {
                Encode(result, c);
            }
        }
        return result.ToString();
    }

    private static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';

    private static void Encode(StringBuilder text, char octet) => text.Append('%').Append(((int)octet).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
}
