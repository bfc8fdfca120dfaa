using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ActorBrowser.Sandbox;

/// <summary>Tells native programs (NativeAOT) from others by a section that only their compiler makes. Linux.</summary>
internal static class NativeImage
{
    private const int HeaderBytes = 64;
    private const int SectionBytes = 64;
    private const int MostSections = 4096;
    private const int MostNames = 1 << 16;

    private static readonly ConcurrentDictionary<(string Path, DateTime Changed, long Length), bool> Known = new();

    private static ReadOnlySpan<byte> ManagedCode => "\0__managedcode\0"u8;

    /// <summary>Whether a program is native.</summary>
    /// <param name="path">Its path; links are followed.</param>
    public static bool Is(string path)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported && path == Environment.ProcessPath)
            return true;
        var file = new FileInfo(path);
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            file = target;
        return file.Exists && Known.GetOrAdd((file.FullName, file.LastWriteTimeUtc, file.Length), static key => Read(key.Path));
    }

    private static bool Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            Span<byte> header = stackalloc byte[HeaderBytes];
            if (!Fill(file, header, 0) || !header.StartsWith("\u007fELF\u0002\u0001"u8))
                return false;
            var sections = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
            var names = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
            Span<byte> section = stackalloc byte[SectionBytes];
            if (count is 0 or > MostSections || names >= count || !Fill(file, section, sections + ((long)names * SectionBytes)))
                return false;
            var length = BinaryPrimitives.ReadInt64LittleEndian(section[32..]);
            if (length is <= 0 or > MostNames)
                return false;
            var text = new byte[length];
            return Fill(file, text, BinaryPrimitives.ReadInt64LittleEndian(section[24..])) && text.AsSpan().IndexOf(ManagedCode) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // What cannot be read here is told when it is started; until then it is nothing known.
            return false;
        }
    }

    private static bool Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> bytes, long at) => at >= 0 && RandomAccess.Read(file, bytes, at) == bytes.Length;
}
