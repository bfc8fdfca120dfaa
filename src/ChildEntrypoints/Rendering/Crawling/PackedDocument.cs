using System.IO.Compression;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering.Crawling;

/// <summary>A document in a gzip file, as sitemaps are: unpacked here, where a bomb costs one renderer its page.</summary>
internal static class PackedDocument
{
    private const int Longest = 64 << 20;

    /// <summary>Unpacks a document; one of any other type stays as it is.</summary>
    /// <param name="request">The document; its content type becomes XML's if it was packed.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="DocumentFailedException">It is no gzip file, or unpacks to more than the limit.</exception>
    internal static ReadOnlyMemory<byte> Unpack(ref LoadDocument request, ReadOnlyMemory<byte> bytes)
    {
        if (request.ContentType != LoadDocument.Packed)
            return bytes;
        request = request with { ContentType = "application/xml" };
        using var packed = new MemoryStream(bytes.ToArray(), writable: false);
        using var unpacking = new GZipStream(packed, CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            for (int read; (read = unpacking.Read(buffer)) > 0;)
            {
                if (unpacked.Length + read > Longest)
                    throw new DocumentFailedException(DocumentFailure.TooLarge, $"The file unpacks to more than {Longest >> 20} MiB.");
                unpacked.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new DocumentFailedException(DocumentFailure.NotText, $"The file is not valid gzip: {e.Message}");
        }
        return unpacked.GetBuffer().AsMemory(0, (int)unpacked.Length);
    }
}
