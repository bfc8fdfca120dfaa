namespace ActorBrowser;

/// <summary>
/// A request's body that is read piece by piece while it is sent, so that its size costs no memory. The browser reads it
/// outside of all actors, as fast as the server takes it.
/// </summary>
public sealed class FetchBody
{
    private readonly string? _path;
    private readonly Stream? _stream;
    private readonly long _start;
    private int _inUse;

    private FetchBody(string? path, Stream? stream, long? length, long start, IProgress<long>? progress)
    {
        (_path, _stream, _start) = (path, stream, start);
        (Length, Progress) = (length, progress);
    }

    /// <summary>In bytes; null where the source itself tells it, or where it ends when its source does and is sent in chunks.</summary>
    public long? Length { get; }

    internal IProgress<long>? Progress { get; }

    /// <summary>
    /// A file, opened when the fetch is made and closed with its end. What has no size (a pipe, <c>/dev/stdin</c>) is read to
    /// its end. Any number of fetches may use it. A redirect that asks for the body again (307, 308) gets it again, unless the
    /// file is a pipe.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told how many bytes have been read for the server so far, from 0 again when they are sent again; null for no one.</param>
    public static FetchBody FromFile(string path, IProgress<long>? progress = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FetchBody(path, null, null, 0, progress);
    }

    /// <summary>
    /// A stream from where it stands. It is not closed. One fetch at a time may use it, and only one in all if it cannot seek. A
    /// redirect that asks for the body again (307, 308) gets it again from a stream that can seek; with any other the fetch fails.
    /// </summary>
    /// <param name="stream">Readable; not used by its owner before the fetch has ended.</param>
    /// <param name="length">How many bytes to send; null for all, which are counted first if the stream can seek.</param>
    /// <param name="progress">Told how many bytes have been read for the server so far, from 0 again when they are sent again; null for no one.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public static FetchBody FromStream(Stream stream, long? length = null, IProgress<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read.", nameof(stream));
        if (length < 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, "The length may not be negative; leave it out where it is not known.");
        return new FetchBody(null, stream, length, stream.CanSeek ? stream.Position : 0, progress);
    }

    /// <summary>What is read while it is sent: the fetch's upload, or a body in memory that is not just an array. Null for neither.</summary>
    internal static FetchBody? Of(FetchProtocol.Fetch fetch) =>
        fetch.Upload ?? (fetch.Body is { } body && !MessageBytes.AreInArray(body) ? FromStream(new MemoryBody(body)) : null);

    /// <summary>Whether the opening may wait for as long as a writer likes.</summary>
    internal bool IsPipe => _path is not null && Interop.PathProbe.IsPipe(_path);

    /// <summary>Opens the source at its beginning. Blocks.</summary>
    /// <exception cref="IOException">The source cannot be opened, or is in use.</exception>
    internal (Stream Stream, long? Length) Open()
    {
        if (_path is not null)
            return OpenFile(_path);
        if (Interlocked.Exchange(ref _inUse, 1) != 0)
            throw new IOException("Another fetch reads this stream, or has read it, and it cannot seek.");
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

    /// <summary>Goes back to where the opened source began. May block.</summary>
    internal void Rewind(Stream opened) => opened.Position = _path is null ? _start : 0;

    /// <summary>The fetch reads no more.</summary>
    internal void Close(Stream? opened)
    {
        if (_path is not null)
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
            // The kernel's own files, as in /proc, have a size of 0 and bytes all the same.
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
