using System.Buffers;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Serializes a form's entries as the URL and HTML standards do: urlencoded, multipart, and text/plain.</summary>
/// <param name="encoder">The form's encoding.</param>
/// <param name="longest">The most bytes; a longer body is refused.</param>
internal sealed class FormBodies(PageEncoder encoder, int longest)
{
    private const string BoundaryCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AB";

    private static readonly SearchValues<byte> Kept = SearchValues.Create("*-._0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly MemoryStream _bytes = new();
    private readonly List<BodyPart> _parts = [];
    private long _length;

    /// <summary><c>application/x-www-form-urlencoded</c>, also as a query.</summary>
    internal string UrlEncoded(IReadOnlyList<FormEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (_bytes.Length > 0)
                _bytes.WriteByte((byte)'&');
            PercentEncode(encoder.Encode(WithLineBreaks(entry.Name)));
            _bytes.WriteByte((byte)'=');
            PercentEncode(encoder.Encode(WithLineBreaks(entry.Value)));
            Check();
        }
        return Encoding.ASCII.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
    }

    /// <summary><c>text/plain</c>: for people, not to be parsed.</summary>
    internal byte[] Plain(IReadOnlyList<FormEntry> entries)
    {
        foreach (var entry in entries)
        {
            _bytes.Write(encoder.Encode($"{WithLineBreaks(entry.Name)}={WithLineBreaks(entry.Value)}\r\n"));
            Check();
        }
        return _bytes.ToArray();
    }

    /// <summary><c>multipart/form-data</c>; the bytes of files are for the browser to fill in.</summary>
    internal (string Boundary, IReadOnlyList<BodyPart> Parts) Multipart(IReadOnlyList<FormEntry> entries)
    {
        // Not from OpenSSL, whose library a confined renderer cannot open. No secret: it is in the body.
        var boundary = "----WebKitFormBoundary" + new string(Random.Shared.GetItems<char>(BoundaryCharacters, 16));
        foreach (var entry in entries)
        {
            Write($"--{boundary}\r\nContent-Disposition: form-data; name=\"");
            _bytes.Write(encoder.Encode(Escape(WithLineBreaks(entry.Name))));
            if (entry.File is not { } file)
            {
                Write("\"\r\n\r\n");
                _bytes.Write(encoder.Encode(WithLineBreaks(entry.Value)));
            }
            else
            {
                Write("\"; filename=\"");
                _bytes.Write(encoder.Encode(Escape(file.Name)));
                Write($"\"\r\nContent-Type: {file.Type}\r\n\r\n");
                if (file.Index >= 0)
                {
                    Cut();
                    _parts.Add(new BodyPart(default, file.Index));
                    if (_parts.Count > 2 * ActOnPage.MostFiles)
                        throw new ActFailedException(ActFailure.TooLarge, $"The form sends more than {ActOnPage.MostFiles} files.");
                }
            }
            Write("\r\n");
            Check();
        }
        Write($"--{boundary}--\r\n");
        Cut();
        return (boundary, _parts);
    }

    /// <summary>Every line break as CRLF.</summary>
    internal static string WithLineBreaks(string text) => text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text
        : text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\n", "\r\n", StringComparison.Ordinal);

    private static string Escape(string name) =>
        name.Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal);

    private void Write(string ascii) => _bytes.Write(Encoding.ASCII.GetBytes(ascii));

    private void PercentEncode(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b == ' ')
            {
                _bytes.WriteByte((byte)'+');
            }
            else if (Kept.Contains(b))
            {
                _bytes.WriteByte(b);
            }
            else
            {
                _bytes.WriteByte((byte)'%');
                _bytes.WriteByte((byte)"0123456789ABCDEF"[b >> 4]);
                _bytes.WriteByte((byte)"0123456789ABCDEF"[b & 15]);
            }
        }
    }

    private void Cut()
    {
        _length += _bytes.Length;
        if (_bytes.Length > 0)
            _parts.Add(new BodyPart(_bytes.ToArray(), -1));
        _bytes.SetLength(0);
    }

    private void Check()
    {
        if (_length + _bytes.Length > longest)
            throw new ActFailedException(ActFailure.TooLarge, $"The form's data is longer than {longest} bytes.");
    }
}
