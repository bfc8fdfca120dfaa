namespace ActorBrowser.Cli;

/// <summary>Whole files by their names: a signal ends the wait for one that does not answer, and one without an end is refused.</summary>
internal static class FileReader
{
    private const int Piece = 64 << 10;

    /// <summary>All bytes of a file, a pipe or a device.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <param name="cancellation">Ends the wait; the thread that the kernel holds ends with the process.</param>
    /// <exception cref="IOException">It cannot be read, or has more.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
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
