namespace ActorBrowser.Cli;

/// <summary>Reads whole files. A signal ends the wait for a file that does not respond, and a file that is too long is refused.</summary>
internal static class FileReader
{
    private const int Piece = 64 << 10;

    /// <summary>Reads all bytes of a file, a pipe or a device.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="most">The most bytes it may have.</param>
    /// <param name="cancellation">Cancels the wait; a thread that blocks in the kernel ends with the process.</param>
    /// <exception cref="IOException">The file cannot be read, or has more bytes.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading it is not permitted.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    internal static Task<byte[]> ReadAsync(string path, int most, CancellationToken cancellation) =>
        Task.Run(() => Read(path, most), cancellation).WaitAsync(cancellation);

    private static byte[] Read(string path, int most)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var bytes = new MemoryStream();
        var piece = new byte[Piece];
        int read;
        while ((read = file.Read(piece)) > 0)
        {
            if (bytes.Length + read > most)
                throw new IOException($"It has more than {most} bytes.");
            bytes.Write(piece, 0, read);
        }
        return bytes.ToArray();
    }
}
