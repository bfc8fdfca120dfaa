namespace ActorBrowser.Interop;

/// <summary>Files of /proc, read whole; a process that has just ended is no exception.</summary>
public static unsafe class SmallFile
{
    private const int CloseOnExec = 0x80000;

    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="path">ASCII.</param>
    /// <param name="buffer">Takes it.</param>
    /// <returns>How many bytes; −1 when there is no such file or it cannot be read.</returns>
    public static int TryRead(string path, Span<byte> buffer)
    {
        Span<byte> name = stackalloc byte[path.Length + 1];
        for (var i = 0; i < path.Length; i++)
            name[i] = (byte)path[i];
        name[path.Length] = 0;
        fixed (byte* text = name)
        fixed (byte* room = buffer)
        {
            var descriptor = LibC.Open(text, CloseOnExec, 0);
            if (descriptor < 0)
                return -1;
            var total = 0;
            nint read;
            while (total < buffer.Length && (read = LibC.Read(descriptor, room + total, (nuint)(buffer.Length - total))) > 0)
                total += (int)read;
            _ = LibC.Close(descriptor);
            return total == 0 ? -1 : total;
        }
    }
}
