using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>Sends bytes to a worker: within the request, in a sealed memory file sent with it, or in pieces after it.</summary>
internal static class Payload
{
    /// <summary>The most bytes in one message.</summary>
    internal const int Piece = 256 << 10;

    /// <summary>Sends a request with its bytes.</summary>
    /// <param name="router">The worker's router.</param>
    /// <param name="id">The request's id.</param>
    /// <param name="bytes">Must not change afterwards.</param>
    /// <param name="shareAbove">A payload of more bytes than this (at most <see cref="Piece"/>) goes into a memory file.</param>
    /// <param name="request">Creates the request, given the bytes that travel within it.</param>
    /// <param name="span">The request's span; null for none.</param>
    /// <param name="opens">Whether it begins a request, which stays in flight until a frame from the worker ends it.</param>
    internal static void Send<T>(ChildRouter router, ulong id, ReadOnlyMemory<byte> bytes, int shareAbove, Func<ReadOnlyMemory<byte>, T> request, RequestSpan? span = null, bool opens = true) where T : struct, IWireMessage<T>
    {
        if (bytes.Length > shareAbove && SharedMemory.IsSupported)
        {
            try
            {
                router.Send(id, request(default), opens, span: span, descriptors: Share(bytes.Span));
                router.Flush();
                return;
            }
            catch (SystemCallException)
            {
                // No descriptor or memory is left: the bytes travel through the channel, which is slower.
            }
        }
        var first = bytes[..Math.Min(bytes.Length, shareAbove)];
        router.Send(id, request(first), opens, span: span);
        for (var at = first.Length; at < bytes.Length; at += Piece)
            router.Send(id, new FetchBodyChunk(at, bytes.Slice(at, Math.Min(Piece, bytes.Length - at))));
        router.Flush();
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    internal static SafeDescriptor Share(ReadOnlySpan<byte> bytes)
    {
        var file = SharedMemory.Create("actorbrowser-payload", bytes.Length);
        try
        {
            SharedMemory.Write(file, bytes);
            return SharedMemory.Freeze(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
