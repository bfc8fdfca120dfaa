using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Resources held by a live process, as the kernel counts them. Any process may ask about any other. Linux.</summary>
internal static unsafe class ProcessCounts
{
    private const int CurrentFolder = -100;
    private const uint LinksAndSize = 0x4 | 0x200;
    private const int FolderAndItsParent = 2;
    private const int DataField = 5;

    private static readonly int Status = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 332 : 291;

    /// <summary>Open descriptors.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The count; 0 if the process is gone, and before Linux 6.2, which does not report it.</returns>
    public static long Descriptors(int process) => TryStatus(process, "fd", out _, out var size) ? size : 0;

    /// <summary>Threads.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The count; 0 if the process is gone.</returns>
    public static long Threads(int process) => TryStatus(process, "task", out var links, out _) ? links - FolderAndItsParent : 0;

    /// <summary>Resident memory that is not shared with other processes and not backed by a file, in bytes.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The size; 0 if the process is gone.</returns>
    public static long Resident(int process)
    {
        Span<byte> buffer = stackalloc byte[256];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/statm"), buffer);
        ReadOnlySpan<byte> text = length < 0 ? default : buffer[..length];
        // The fields size, resident and shared, in pages.
        var rest = text[(text.IndexOf((byte)' ') + 1)..];
        if (!Utf8Parser.TryParse(rest, out long resident, out var used))
            return 0;
        return Utf8Parser.TryParse(rest[(used + 1)..], out long shared, out _) ? (resident - shared) * Environment.SystemPageSize : 0;
    }

    /// <summary>Private writable memory, in bytes: the memory that <see cref="ProcessLimit.Data"/> limits, plus the stack.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The size; 0 if the process is gone.</returns>
    public static long Data(int process)
    {
        Span<byte> buffer = stackalloc byte[256];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/statm"), buffer);
        ReadOnlySpan<byte> rest = length < 0 ? default : buffer[..length];
        for (var field = 0; field < DataField && !rest.IsEmpty; field++)
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(rest, out long pages, out _) ? pages * Environment.SystemPageSize : 0;
    }

    private static bool TryStatus(int process, string folder, out long links, out long size)
    {
        Span<byte> path = stackalloc byte[32];
        path.Clear();
        System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{folder}"), path);
        // struct statx.
        var status = stackalloc byte[256];
        bool found;
        fixed (byte* text = path)
            found = LibC.SystemCall6(Status, CurrentFolder, (nint)text, 0, (nint)LinksAndSize, (nint)status, 0) == 0;
        links = found ? *(uint*)(status + 16) : 0;
        size = found ? (long)*(ulong*)(status + 40) : 0;
        return found;
    }
}
