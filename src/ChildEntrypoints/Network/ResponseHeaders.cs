using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Copies the fields of an HTTP response for the wire, without parsing them.</summary>
internal static class ResponseHeaders
{
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
            ? response.Version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture) : response.Version.ToString();
}
