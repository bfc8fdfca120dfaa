using System.Buffers.Binary;
using System.Text;

namespace ActorBrowser.Sandbox;

/// <summary>The headers of a 64-bit little-endian ELF program.</summary>
/// <param name="Machine">The processor it is for (<c>e_machine</c>).</param>
/// <param name="Interpreter">The loader it needs; empty for none.</param>
/// <param name="BuildId">The linker's build id in hexadecimal; empty for none.</param>
/// <param name="IsNative">Whether it has the section that only NativeAOT's compiler creates.</param>
internal sealed record ElfHeader(int Machine, string Interpreter, string BuildId, bool IsNative)
{
    internal const int X64 = 62;
    internal const int Arm64 = 183;

    private const int HeaderBytes = 64;
    private const int EntryBytes = 56;
    private const int MaxEntries = 64;
    private const int MaxPart = 4096;
    private const int SectionBytes = 64;
    private const int MaxSections = 4096;
    private const int MaxSectionNames = 1 << 16;
    private const uint InterpreterPart = 3;
    private const uint NotePart = 4;
    private const uint BuildIdNote = 3;

    private static ReadOnlySpan<byte> ManagedCode => "\0__managedcode\0"u8;

    /// <summary>Reads a program's headers; null if the file is not such a program.</summary>
    /// <param name="file">The program, seekable.</param>
    internal static ElfHeader? TryRead(Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (!TryReadAt(file, 0, header) || !header.StartsWith("\u007fELF\u0002\u0001"u8) || BinaryPrimitives.ReadUInt16LittleEndian(header[54..]) != EntryBytes)
            return null;
        var table = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        var entries = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (entries > MaxEntries)
            return null;
        var (interpreter, buildId) = ("", "");
        Span<byte> entry = stackalloc byte[EntryBytes];
        for (var i = 0; i < entries; i++)
        {
            if (!TryReadAt(file, table + (ulong)(i * EntryBytes), entry))
                return null;
            var kind = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (kind is not (InterpreterPart or NotePart))
                continue;
            var length = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
            var part = new byte[Math.Min(length, MaxPart)];
            if (!TryReadAt(file, BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), part))
                return null;
            if (kind == InterpreterPart)
                interpreter = Encoding.UTF8.GetString(part).TrimEnd('\0');
            else if (BuildIdIn(part) is { } found)
                buildId = found;
        }
        return new ElfHeader(BinaryPrimitives.ReadUInt16LittleEndian(header[18..]), interpreter, buildId, HasManagedCode(file, header));
    }

    private static bool HasManagedCode(Stream file, ReadOnlySpan<byte> header)
    {
        var sections = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        var names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        Span<byte> section = stackalloc byte[SectionBytes];
        if (count is 0 or > MaxSections || names >= count || !TryReadAt(file, sections + ((ulong)names * SectionBytes), section))
            return false;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(section[32..]);
        if (length is 0 or > MaxSectionNames)
            return false;
        var text = new byte[length];
        return TryReadAt(file, BinaryPrimitives.ReadUInt64LittleEndian(section[24..]), text) && text.AsSpan().IndexOf(ManagedCode) >= 0;
    }

    // A note: the lengths of name and content, the kind, then both, each padded to four bytes.
    private static string? BuildIdIn(ReadOnlySpan<byte> notes)
    {
        while (notes.Length >= 12)
        {
            var name = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            var content = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            var kind = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
            notes = notes[12..];
            if (name > notes.Length || content > notes.Length || Padded(name) + content > notes.Length)
                return null;
            if (kind == BuildIdNote && notes[..(int)name].SequenceEqual("GNU\0"u8))
                return Convert.ToHexStringLower(notes.Slice((int)Padded(name), (int)content));
            notes = notes[(int)Math.Min(Padded(name) + Padded(content), notes.Length)..];
        }
        return null;

        static long Padded(uint length) => (length + 3L) & ~3L;
    }

    private static bool TryReadAt(Stream file, ulong offset, Span<byte> bytes)
    {
        if (offset > (ulong)file.Length)
            return false;
        file.Position = (long)offset;
        return file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
    }
}
