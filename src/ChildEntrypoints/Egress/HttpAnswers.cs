using System.Globalization;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>The proxy's own answers to HTTP requests.</summary>
internal static class HttpAnswers
{
    internal static ReadOnlySpan<byte> Established => "HTTP/1.1 200 Connection established\r\n\r\n"u8;

    /// <summary>The answer to a request that got no connection.</summary>
    internal static byte[] Of(in EgressRefused refused) => refused.Failure switch
    {
        EgressFailure.Denied => Of(403, "Forbidden", refused.Sentence),
        EgressFailure.TimedOut => Of(504, "Gateway Timeout", refused.Sentence),
        _ => Of(502, "Bad Gateway", refused.Sentence),
    };

    internal static byte[] BadRequest(string sentence) => Of(400, "Bad Request", sentence);

    internal static byte[] Forbidden(string sentence) => Of(403, "Forbidden", sentence);

    /// <summary>Why a request for another host than the connection's is refused.</summary>
    internal static string ForAnother(string host, string named) => $"The connection is to {host}, but the request is for {named}.";

    internal static byte[] TooSlow() => Of(408, "Request Timeout", "The request did not arrive in time.");

    internal static byte[] TooLarge() => Of(431, "Request Header Fields Too Large", $"The request's head has more than {ProxyRequest.MostHead} bytes.");

    private static byte[] Of(int code, string reason, string sentence)
    {
        var body = Encoding.UTF8.GetBytes($"ActorBrowser: {sentence}\n");
        return [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {code} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\nProxy-Connection: close\r\n\r\n")), .. body];
    }
}
