using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Resources held by a live process, as the kernel counts them. Any process may ask about any other. Linux.</summary>
internal static unsafe class ProcessCounts
{
    private const int CurrentFolder = -100;
    private const int FolderAndItsParent = 2;
    private const int DataField = 5;
    // A user may be in many groups, which the kernel lists before the memory.
    private const int StatusRoom = 16 << 10;

    private static readonly int Status = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 332 : 291;

    /// <summary>Open descriptors.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The count; 0 if the process is gone, and before Linux 6.2, which does not report it.</returns>
    public static long Descriptors(int process) => TryStatus(process, "fd", out _, out var size) ? size : 0;

    /// <summary>Threads.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The count; 0 if the process is gone.</returns>
    public static long Threads(int process) => TryStatus(process, "task", out var links, out _) ? links - FolderAndItsParent : 0;

    /// <summary>Resident memory that no file backs.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>The sizes; zero if the process is gone or has exited.</returns>
    public static ResidentMemory Resident(int process)
    {
        Span<byte> buffer = stackalloc byte[StatusRoom];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"), buffer);
        ReadOnlySpan<byte> text = length < 0 ? default : buffer[..length];
        return new ResidentMemory(Kilobytes(text, "\nRssAnon:"u8), Kilobytes(text, "\nRssShmem:"u8));
    }

    /// <summary>A process's part of the shared memory that it has mapped: each page is divided by the number of processes that map it.</summary>
    /// <param name="process">A pid.</param>
    /// <returns>Bytes; −1 if the process is gone, or this one may not inspect it.</returns>
    public static long PartOfShared(int process)
    {
        Span<byte> buffer = stackalloc byte[StatusRoom];
        var length = SmallFile.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/smaps_rollup"), buffer);
        ReadOnlySpan<byte> text = length < 0 ? default : buffer[..length];
        return text.IndexOf("\nPss_Shmem:"u8) < 0 ? -1 : Kilobytes(text, "\nPss_Shmem:"u8);
    }

    /// <summary>Reads a line such as "RssAnon:   123 kB".</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="name">The line's beginning, with the line feed before it.</param>
    /// <returns>Bytes; 0 if there is no such line.</returns>
    internal static long Kilobytes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart(" \t"u8), out long size, out _) ? size << 10 : 0;
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
        var status = stackalloc byte[FileStatus.Room];
        bool found;
        fixed (byte* text = path)
            found = LibC.SystemCall6(Status, CurrentFolder, (nint)text, 0, (nint)(FileStatus.Links | FileStatus.Size), (nint)status, 0) == 0;
        links = found ? FileStatus.LinksOf(status) : 0;
        size = found ? FileStatus.SizeOf(status) : 0;
        return found;
    }
}

/// <summary>Memory that a process holds and that no file on a disk backs.</summary>
/// <param name="Private">Bytes of this process alone, or shared with the processes that it has forked until one of them writes to them.</param>
/// <param name="Shared">Bytes of shared memory that it has mapped and touched: other processes may map the same.</param>
internal readonly record struct ResidentMemory(long Private, long Shared);
