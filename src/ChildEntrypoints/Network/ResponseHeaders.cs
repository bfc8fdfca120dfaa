using System.Globalization;
using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Copies the fields of an HTTP response for the wire, without parsing them.</summary>
internal static class ResponseHeaders
{
    /// <summary>Finds headers that leave it unclear where an HTTP/1 body ends: one reader would take part of the body for the next response (RFC 9112, 6.3).</summary>
    /// <returns>The problem, as the end of a sentence; null for none.</returns>
    internal static string? FramingError(HttpResponseMessage response)
    {
        if (response.Version.Major != 1)
            return null;
        if (response.Headers.NonValidated.TryGetValues("Transfer-Encoding", out var codings))
            return codings.Count == 1 && codings.Single().Trim(' ', '\t').Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? null : $"its Transfer-Encoding is '{FetchUrl.Show(string.Join(", ", codings))}', but only 'chunked' is supported";
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var lengths))
            return null;
        var first = lengths.First();
        foreach (var length in lengths)
        {
            if (!long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return $"its Content-Length is '{FetchUrl.Show(length)}', which is not a number";
            if (length != first)
                return $"it has two lengths, Content-Length {FetchUrl.Show(first)} and {FetchUrl.Show(length)}";
        }
        return null;
    }

    /// <summary>The fields as received: repeated ones repeat; those that describe the body come last.</summary>
    /// <param name="response">The response.</param>
    /// <param name="contentLength">The declared length, or −1.</param>
    internal static List<HeaderField> From(HttpResponseMessage response, out long contentLength)
    {
        var message = response.Headers.NonValidated;
        var content = response.Content.Headers.NonValidated;
        var fields = new List<HeaderField>(message.Count + content.Count);
        foreach (var header in message)
            foreach (var value in header.Value)
                fields.Add(new HeaderField(header.Key, value));
        contentLength = -1;
        foreach (var header in content)
        {
            foreach (var value in header.Value)
            {
                if (header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && long.TryParse(value, out var length) && length >= 0)
                    contentLength = length;
                fields.Add(new HeaderField(header.Key, value));
            }
        }
        return fields;
    }

    /// <summary>The HTTP version, such as <c>1.1</c> or <c>2</c>.</summary>
    internal static string VersionOf(HttpResponseMessage response) =>
        response.Version == HttpVersion.Version11 ? "1.1" : response.Version.Minor == 0 && response.Version.Major > 1
            ? response.Version.Major.ToString(CultureInfo.InvariantCulture) : response.Version.ToString();
}
