using System.Buffers.Binary;

namespace ActorBrowser.Cli;

/// <summary>The kinds of frames between <c>serve</c> and its clients: a length of four bytes, little-endian, a kind of one byte, and the content.</summary>
internal enum ServeKind : byte
{
    /// <summary>Client: what it wants, as JSON; the first frame, with the standard input as a descriptor where there is one.</summary>
    Request = 1,

    /// <summary>Client: bytes for the command's terminal.</summary>
    Input = 2,

    /// <summary>Client: the terminal's new columns and rows, two numbers of four bytes.</summary>
    Resize = 3,

    /// <summary>Client: a signal for the command, one byte; 0 ends it (TERM, the grace, KILL).</summary>
    Signal = 4,

    /// <summary>Server: the command has started, as JSON: handle and pid.</summary>
    Started = 16,

    /// <summary>Server: output: one byte for the stream, then the data.</summary>
    Output = 17,

    /// <summary>Server: so many bytes of output were not kept; a number of eight bytes.</summary>
    Gap = 18,

    /// <summary>Server: the command was not started, as JSON. The last frame.</summary>
    Refused = 19,

    /// <summary>Server: the command has ended, as JSON. The last frame.</summary>
    Closed = 20,

    /// <summary>Server: the request cannot be done; a sentence. The last frame.</summary>
    Failed = 21,

    /// <summary>Server: the answer to a request without output, as JSON. The last frame.</summary>
    Answer = 22,
}

/// <summary>Writes and reads the heads of frames.</summary>
internal static class ServeFrame
{
    internal const int HeadLength = 5;

    /// <summary>The longest content, in bytes.</summary>
    internal const int Longest = 4 << 20;

    internal static byte[] Of(ServeKind kind, params ReadOnlySpan<byte> content)
    {
        var frame = new byte[HeadLength + content.Length];
        WriteHead(frame, kind, content.Length);
        content.CopyTo(frame.AsSpan(HeadLength));
        return frame;
    }

    internal static void WriteHead(Span<byte> head, ServeKind kind, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, length);
        head[4] = (byte)kind;
    }

    /// <summary>Reads a head.</summary>
    /// <returns>False if the length is not possible.</returns>
    internal static bool TryReadHead(ReadOnlySpan<byte> head, out ServeKind kind, out int length)
    {
        (kind, length) = ((ServeKind)head[4], BinaryPrimitives.ReadInt32LittleEndian(head));
        return length is >= 0 and <= Longest;
    }
}
