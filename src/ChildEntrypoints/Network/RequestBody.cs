using System.Buffers;
using System.Net;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A request's body: the bytes that came with the request, then those that follow in frames.</summary>
internal sealed class RequestBody(Fetch fetch, ReadOnlyMemory<byte> inline, UploadBuffer? upload, long length) : HttpContent
{
    /// <inheritdoc/>
    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return length >= 0;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!inline.IsEmpty)
            await stream.WriteAsync(inline, cancellationToken).ConfigureAwait(false);
        if (upload is not null)
            await ForwardAsync(stream, upload, cancellationToken).ConfigureAwait(false);
        fetch.OnRequestSent();
    }

    private async Task ForwardAsync(Stream stream, UploadBuffer pieces, CancellationToken cancellationToken)
    {
        var ungranted = 0;
        var forwarded = (long)inline.Length;
        while (true)
        {
            if (pieces.TryTake(out var piece, out var state))
            {
                await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                ArrayPool<byte>.Shared.Return(piece.Array!);
                forwarded += piece.Count;
                ungranted += piece.Count;
                if (ungranted < UploadBuffer.Window / 2)
                    continue;
                fetch.GrantUpload(pieces, ungranted);
                ungranted = 0;
            }
            else if (state != UploadState.Open)
            {
                // Ended by its fetch: an exception makes HTTP close the connection instead of sending half a body.
                if (length >= 0 ? forwarded != length : state == UploadState.Closed)
                    throw new OperationCanceledException();
                return;
            }
            else
            {
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                await pieces.WhenChanged().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
