using System.IO.Compression;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>The content codings that are decoded, and the streams that decode them.</summary>
internal static class BodyDecoding
{
    /// <summary>More codings on one body are an attack or a mistake; such a body is delivered undecoded.</summary>
    private const int MaxLayers = 4;

    /// <summary>Parses Content-Encoding.</summary>
    /// <param name="response">The response.</param>
    /// <returns>The codings in the order they were applied; empty if there is nothing to decode or one is unknown.</returns>
    internal static IReadOnlyList<string> CodingsOf(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var values))
            return [];
        var codings = new List<string>();
        foreach (var value in values)
        {
            foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var coding = part.ToLowerInvariant();
                if (coding == "identity")
                    continue;
                if (coding is not ("gzip" or "x-gzip" or "deflate" or "br"))
                    return [];
                codings.Add(coding);
            }
        }
        return codings.Count <= MaxLayers ? codings : [];
    }

    /// <summary>Wraps a body in a stream that decodes it.</summary>
    /// <param name="wire">The body as received.</param>
    /// <param name="codings">The result of <see cref="CodingsOf"/>.</param>
    /// <param name="cancellationToken">Cancels the read of the first bytes.</param>
    internal static async ValueTask<Stream> DecodeAsync(WireStream wire, IReadOnlyList<string> codings, CancellationToken cancellationToken)
    {
        Stream body = wire;
        for (var i = codings.Count - 1; i >= 0; i--)
        {
            switch (codings[i])
            {
                case "br":
                    body = new BrotliStream(body, CompressionMode.Decompress);
                    break;
                case "deflate":
                    // The standard says zlib; some servers send the bare deflate data.
                    var peekable = body as WireStream ?? new WireStream(body);
                    var head = await peekable.PeekAsync(2, cancellationToken).ConfigureAwait(false);
                    body = IsZlib(head.Span) ? new ZLibStream(peekable, CompressionMode.Decompress) : new DeflateStream(peekable, CompressionMode.Decompress);
                    break;
                default:
                    body = new GZipStream(body, CompressionMode.Decompress);
                    break;
            }
        }
        return body;
    }

    private static bool IsZlib(ReadOnlySpan<byte> head) =>
        head.Length < 2 || (head[0] & 0x0F) == 8 && ((head[0] << 8) | head[1]) % 31 == 0;
}
