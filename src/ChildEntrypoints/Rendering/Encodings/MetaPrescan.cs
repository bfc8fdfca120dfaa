using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The HTML standard's "prescan a byte stream to determine its encoding". It finds meta elements and parses the attributes of
/// all tags, so that it finds none in a comment, a value, a script or another attribute's name.
/// </summary>
internal ref struct MetaPrescan
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    private MetaPrescan(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    private readonly bool IsOver => _at >= _bytes.Length;

    /// <summary>The first declared encoding; null for none.</summary>
    internal static PageEncoding? Run(ReadOnlySpan<byte> head)
    {
        var scan = new MetaPrescan(head);
        while (!scan.IsOver)
        {
            if (scan.Next() is { } found)
                return found;
        }
        return null;
    }

    /// <summary>The encoding label in a meta element's content, such as <c>text/html; charset=x</c>; null for none.</summary>
    internal static string? LabelIn(string content)
    {
        for (var at = 0; (at = content.IndexOf("charset", at, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            at += "charset".Length;
            var rest = content.AsSpan(at).TrimStart(" \t\n\f\r");
            if (rest is not ['=', ..])
                continue;
            rest = rest[1..].TrimStart(" \t\n\f\r");
            if (rest is ['"' or '\'', ..])
            {
                var close = rest[1..].IndexOf(rest[0]);
                return close < 0 ? null : rest[1..(close + 1)].ToString();
            }
            var end = rest.IndexOfAny(" \t\n\f\r;");
            return (end < 0 ? rest : rest[..end]).ToString();
        }
        return null;
    }

    private PageEncoding? Next()
    {
        var rest = _bytes[_at..];
        if (rest.StartsWith("<!--"u8))
        {
            // The dashes of "<!--" may also be the dashes of "-->".
            var end = rest[2..].IndexOf("-->"u8);
            _at = end < 0 ? _bytes.Length : _at + 2 + end + 3;
            return null;
        }
        if (rest is [(byte)'<', var m, var e, var t, var a, var after, ..] && (m | 32) == 'm' && (e | 32) == 'e' && (t | 32) == 't' && (a | 32) == 'a' && (IsSpace(after) || after == '/'))
        {
            _at += 5;
            return Meta();
        }
        if (rest is [(byte)'<', (byte)'/', var closing, ..] && char.IsAsciiLetter((char)closing) || rest is [(byte)'<', var opening, ..] && char.IsAsciiLetter((char)opening))
        {
            var start = _at + 1;
            _at = start;
            while (!IsOver && !IsSpace(_bytes[_at]) && _bytes[_at] is not ((byte)'>' or (byte)'/'))
                _at++;
            var name = Small(start, Math.Min(_at, _bytes.Length));
            while (Attribute() is not null)
            {
                // Skips the attributes.
            }
            if (name is "script" or "style" or "title" or "textarea" or "xmp" or "iframe" or "noembed" or "noframes")
                PassOver(name);
            return null;
        }
        if (rest is [(byte)'<', (byte)'!' or (byte)'/' or (byte)'?', ..])
        {
            var end = rest.IndexOf((byte)'>');
            _at = end < 0 ? _bytes.Length : _at + end + 1;
            return null;
        }
        _at++;
        return null;
    }

    /// <summary>Skips the element's content, which is text. Browsers do so too; the standard would look for tags in it.</summary>
    private void PassOver(string name)
    {
        for (; !IsOver; _at++)
        {
            var rest = _bytes[_at..];
            if (rest is [(byte)'<', (byte)'/', ..] && rest.Length >= name.Length + 2 && Small(_at + 2, _at + 2 + name.Length) == name)
                return;
        }
    }

    private PageEncoding? Meta()
    {
        var seen = new HashSet<string>();
        var (isPragma, needsPragma) = (false, (bool?)null);
        string? label = null;
        while (Attribute() is { } attribute)
        {
            if (!seen.Add(attribute.Name))
                continue;
            switch (attribute.Name)
            {
                case "http-equiv":
                    isPragma = attribute.Value == "content-type";
                    break;
                case "content" when label is null && LabelIn(attribute.Value) is { } named:
                    (label, needsPragma) = (named, true);
                    break;
                case "charset":
                    (label, needsPragma) = (attribute.Value, false);
                    break;
                default:
                    break;
            }
        }
        return label is null || needsPragma is null || (needsPragma.Value && !isPragma) ? null : EncodingSniffer.ByMeta(label);
    }

    /// <summary>The next attribute of the tag, in lower case; null after the last one.</summary>
    private (string Name, string Value)? Attribute()
    {
        while (!IsOver && (IsSpace(_bytes[_at]) || _bytes[_at] == '/'))
            _at++;
        if (IsOver)
            return null;
        if (_bytes[_at] == '>')
        {
            _at++;
            return null;
        }
        var start = _at;
        // A "=" at the beginning is part of the name.
        while (!IsOver && !(_bytes[_at] == '=' && _at > start) && !IsSpace(_bytes[_at]) && _bytes[_at] is not ((byte)'/' or (byte)'>'))
            _at++;
        var name = Small(start, _at);
        SkipSpaces();
        if (IsOver || _bytes[_at] != '=')
            return (name, "");
        _at++;
        SkipSpaces();
        if (IsOver)
            return (name, "");
        if (_bytes[_at] is (byte)'"' or (byte)'\'')
        {
            var close = _bytes[(_at + 1)..].IndexOf(_bytes[_at]);
            start = _at + 1;
            var end = close < 0 ? _bytes.Length : start + close;
            _at = Math.Min(_bytes.Length, end + 1);
            // A value that does not end within the bytes is ignored.
            return close < 0 ? null : (name, Small(start, end));
        }
        start = _at;
        while (!IsOver && !IsSpace(_bytes[_at]) && _bytes[_at] != '>')
            _at++;
        return (name, Small(start, _at));
    }

    private void SkipSpaces()
    {
        while (!IsOver && IsSpace(_bytes[_at]))
            _at++;
    }

    private readonly string Small(int start, int end) => Encoding.Latin1.GetString(_bytes[start..end]).ToLowerInvariant();

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r';
}
