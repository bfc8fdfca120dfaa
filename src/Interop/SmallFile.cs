namespace ActorBrowser.Interop;

/// <summary>Reads small files of /proc. A process that has just ended is a result, not an exception. Linux.</summary>
internal static unsafe class SmallFile
{
    private const int CloseOnExec = 0x80000;
    private const int ReadWrite = 2;
    private const int LeastPiece = 2048;

    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="path">ASCII.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <returns>How many bytes; −1 if the file does not exist or cannot be read.</returns>
    public static int TryRead(string path, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[path.Length + 1];
        for (var i = 0; i < path.Length; i++)
            name[i] = (byte)path[i];
        name[path.Length] = 0;
        fixed (byte* text = name)
        {
            var descriptor = LibC.Open(text, CloseOnExec, 0);
            if (descriptor < 0)
                return -1;
            var total = ReadWhole(descriptor, buffer);
            _ = LibC.Close(descriptor);
            return total == 0 ? -1 : total;
        }
    }

    /// <summary>Opens a file that is read repeatedly.</summary>
    /// <param name="path">ASCII.</param>
    /// <param name="writable">Whether it is also written.</param>
    /// <returns>Invalid if the file does not exist or cannot be read.</returns>
    public static SafeDescriptor Open(string path, bool writable = false)
    {
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(path + "\0"))
            return new SafeDescriptor(LibC.Open(text, CloseOnExec | (writable ? ReadWrite : 0), 0));
    }

    /// <summary>Reads the file's current content.</summary>
    /// <param name="file">From <see cref="Open"/>.</param>
    /// <param name="buffer">Receives the beginning.</param>
    /// <returns>How many bytes; 0 for a file that does not exist or was closed.</returns>
    public static int ReadAgain(SafeDescriptor file, Span<byte> buffer)
    {
        var held = false;
        try
        {
            if (file.IsInvalid)
                return 0;
            file.DangerousAddRef(ref held);
            return ReadWhole(file.Value, buffer);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
        finally
        {
            if (held)
                file.DangerousRelease();
        }
    }

    // Reads from the beginning. The kernel generates such files page by page: a short piece is the last one.
    private static int ReadWhole(int descriptor, Span<byte> buffer)
    {
        fixed (byte* room = buffer)
        {
            var total = 0;
            nint read;
            do
            {
                read = LibC.ReadAt(descriptor, room + total, (nuint)(buffer.Length - total), total);
                total += (int)Math.Max(read, 0);
            }
            while (read >= LeastPiece && total < buffer.Length);
            return total;
        }
    }
}
