using System.IO.Compression;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A response body, decoded as its Content-Encoding says, that counts the bytes before decoding.</summary>
internal sealed class DecodedBody : IAsyncDisposable
{
    private readonly CountingStream _wire;
    private readonly Stream _decoded;

    internal DecodedBody(Stream wire, ICollection<string> encodings)
    {
        _wire = new CountingStream(wire);
        _decoded = _wire;
        // The last coding applied is the first to undo.
        foreach (var encoding in encodings.Reverse())
        {
            _decoded = encoding.Trim().ToLowerInvariant() switch
            {
                "gzip" or "x-gzip" => new GZipStream(_decoded, CompressionMode.Decompress),
                "deflate" => new ZLibStream(_decoded, CompressionMode.Decompress),
                "br" => new BrotliStream(_decoded, CompressionMode.Decompress),
                "identity" or "" => _decoded,
                var unknown => throw new InvalidDataException($"the content encoding '{RequestBuilder.Shorten(unknown)}' is not supported"),
            };
        }
    }

    internal long WireBytes => _wire.Count;

    internal ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) => _decoded.ReadAsync(buffer, cancellation);

    public ValueTask DisposeAsync() => _decoded.DisposeAsync();

    private sealed class CountingStream(Stream inner) : Stream
    {
        internal long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Count;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var reading = inner.ReadAsync(buffer, cancellationToken);
            if (!reading.IsCompletedSuccessfully)
                return AwaitAsync(reading);
            var read = reading.GetAwaiter().GetResult();
            Count += read;
            return new ValueTask<int>(read);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }

        private async ValueTask<int> AwaitAsync(ValueTask<int> reading)
        {
            var read = await reading.ConfigureAwait(false);
            Count += read;
            return read;
        }
    }
}
