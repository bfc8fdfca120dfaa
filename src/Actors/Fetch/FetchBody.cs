namespace ActorBrowser;

/// <summary>
/// A request body that is read piece by piece while it is sent, so that its size costs no memory. The browser reads it outside all
/// actors, as fast as the server takes it.
/// </summary>
public sealed class FetchBody
{
    private readonly string? _path;
    private readonly Stream? _stream;
    private readonly Func<Stream>? _open;
    private readonly long _start;
    private int _inUse;

    private FetchBody(string? path, Stream? stream, long? length, long start, IProgress<long>? progress)
    {
        (_path, _stream, _start) = (path, stream, start);
        (Length, Progress) = (length, progress);
    }

    private FetchBody(Func<Stream> open, long length) => (_open, Length) = (open, length);

    /// <summary>The length in bytes; null if unknown: it is then taken from the source, or the body is sent in chunks until the source ends.</summary>
    public long? Length { get; }

    internal IProgress<long>? Progress { get; }

    /// <summary>
    /// A file, opened when the fetch starts and closed when it ends. A file without a size (a pipe, <c>/dev/stdin</c>) is read to its
    /// end. Any number of fetches may use it. If a redirect needs the body again (307, 308), the file is read again; with a pipe, the
    /// fetch fails.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Receives the number of bytes read so far, from 0 each time the body is sent; null for no reports.</param>
    public static FetchBody FromFile(string path, IProgress<long>? progress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FetchBody(path, null, null, 0, progress);
    }

    /// <summary>
    /// A stream from its current position. The browser does not close it. Only one fetch at a time may use the stream, and only one
    /// fetch ever if the stream cannot seek. If a redirect needs the body again (307, 308), the stream is read again; if it cannot
    /// seek, the fetch fails.
    /// </summary>
    /// <param name="stream">Readable; its owner must not use it before the fetch has ended.</param>
    /// <param name="length">The number of bytes to send; null for the rest of the stream, whose length is determined first if the stream can seek.</param>
    /// <param name="progress">Receives the number of bytes read so far, from 0 each time the body is sent; null for no reports.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public static FetchBody FromStream(Stream stream, long? length = null, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read.", nameof(stream));
        if (length < 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, "The length must not be negative; leave it out if it is unknown.");
        return new FetchBody(null, stream, length, stream.CanSeek ? stream.Position : 0, progress);
    }

    /// <summary>A source that can seek, opened when the fetch starts and closed when it ends.</summary>
    internal static FetchBody From(Func<Stream> open, long length) => new(open, length);

    /// <summary>The source to read while sending: the fetch's upload, or a body in memory other than an array. Null if the fetch has neither.</summary>
    internal static FetchBody? Of(FetchProtocol.Fetch fetch) =>
        fetch.Upload ?? (fetch.Body is { } body && !MessageBytes.AreInArray(body) ? FromStream(new MemoryBody(body)) : null);

    /// <summary>Whether the source is a pipe: opening it waits for a writer without limit.</summary>
    internal bool IsPipe => _path is not null && Interop.PathProbe.IsPipe(_path);

    /// <summary>Opens the source at its beginning. May block.</summary>
    /// <exception cref="IOException">The source cannot be opened, or is in use.</exception>
    internal (Stream Stream, long? Length) Open()
    {
        if (_path is not null)
            return OpenFile(_path);
        if (_open is not null)
            return (_open(), Length);
        if (Interlocked.Exchange(ref _inUse, 1) != 0)
            throw new IOException("The stream is being read by another fetch, or it cannot seek and was read by an earlier one; give each fetch its own stream.");
        if (!_stream!.CanSeek)
            return (_stream, Length);
        try
        {
            _stream.Position = _start;
            return (_stream, Length ?? Math.Max(0, _stream.Length - _start));
        }
        catch
        {
            Volatile.Write(ref _inUse, 0);
            throw;
        }
    }

    /// <summary>Returns to the position at which the source was opened. May block.</summary>
    internal void Rewind(Stream opened) => opened.Position = _stream is null ? 0 : _start;

    /// <summary>Releases the source after the last read.</summary>
    internal void Close(Stream? opened)
    {
        if (_stream is null)
            opened?.Dispose();
        else if (opened is { CanSeek: true })
            Volatile.Write(ref _inUse, 0);
    }

    private static (Stream Stream, long? Length) OpenFile(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        try
        {
            if (!file.CanSeek)
                return (file, null);
            // Files generated by the kernel, as in /proc, have a size of 0 but contain bytes.
            if (file.Length > 0 || file.ReadByte() < 0)
                return (file, file.Length);
            file.Position = 0;
            return (file, null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
