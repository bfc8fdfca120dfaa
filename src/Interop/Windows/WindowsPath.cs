using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>What a path names on Windows, where one file has many names.</summary>
internal static unsafe partial class WindowsPath
{
    private const string Verbatim = @"\\?\";
    private const string VerbatimServer = @"\\?\UNC\";
    private const uint ShareAll = 7;
    private const uint OpenExisting = 3;
    private const uint Folders = 0x02000000;
    private const int LongestPath = 32_768;

    /// <summary>Why a path is not the plain name of a file or folder, as a phrase; null if it is. Such a name hides what it is of: <c>tool.bat::$DATA</c> is a batch file.</summary>
    internal static string? Problem(string path)
    {
        var rest = path.AsSpan();
        if (rest is ['\\' or '/', '\\' or '/', '.', '\\' or '/', ..] or ['\\', '?', '?', '\\', ..])
            return "names a device";
        if (rest is ['\\' or '/', '\\' or '/', '?', '\\' or '/', ..])
        {
            rest = rest[Verbatim.Length..];
            if (rest is not ([_, ':', '\\', ..] or ['U' or 'u', 'N' or 'n', 'C' or 'c', '\\', ..]))
                return "names a device";
        }
        if (rest is [var drive, ':', ..] && char.IsAsciiLetter(drive))
            rest = rest[2..];
        if (rest.Contains(':'))
            return "names a stream of a file";
        foreach (var part in rest.SplitAny('\\', '/'))
        {
            if (IsDevice(rest[part]))
                return "names a device";
        }
        return null;
    }

    /// <summary>A full path without <c>\\?\</c>, which many programs do not know; null if it leads elsewhere without.</summary>
    internal static string? WithoutPrefix(string path)
    {
        if (!path.StartsWith(Verbatim, StringComparison.Ordinal))
            return path;
        var plain = path.StartsWith(VerbatimServer, StringComparison.OrdinalIgnoreCase) ? @"\\" + path[VerbatimServer.Length..] : path[Verbatim.Length..];
        // With it, a blank or a dot at the end of a name counts, and "/" and ".." are names.
        return Path.GetFullPath(plain) == plain ? plain : null;
    }

    /// <summary>Whether a folder is another or is below it, wherever links, short names and capitals lead. False if the system does not tell.</summary>
    /// <param name="folder">A full path.</param>
    /// <param name="outer">A full path of the other.</param>
    internal static bool IsIn(string folder, string outer)
    {
        if (RealPath(folder) is not { } path || RealPath(outer) is not { } real)
            return false;
        real = real.TrimEnd('\\');
        // A folder may tell a and A apart, so that text alone does not say that two names are of one folder.
        return path.StartsWith(real, StringComparison.OrdinalIgnoreCase) && (path.Length == real.Length || path[real.Length] == '\\')
            && IdentityOf(path[..real.Length] + '\\') is { } identity && identity == IdentityOf(real + '\\');
    }

    /// <summary>The path of an existing file or folder with links and short names resolved; null if the system does not tell.</summary>
    internal static string? RealPath(string path)
    {
        using var open = Open(path);
        if (open.IsInvalid)
            return null;
        var room = new char[LongestPath];
        uint length;
        fixed (char* text = room)
            length = GetPath(open, text, LongestPath, 0);
        if (length is 0 or >= LongestPath)
            return null;
        var real = new string(room, 0, (int)length);
        return real.StartsWith(VerbatimServer, StringComparison.Ordinal) ? @"\\" + real[VerbatimServer.Length..]
            : real.StartsWith(Verbatim, StringComparison.Ordinal) ? real[Verbatim.Length..] : real;
    }

    private static (uint Volume, ulong File)? IdentityOf(string path)
    {
        using var open = Open(path);
        var information = default(FileInformation);
        return !open.IsInvalid && GetInformation(open, &information) != 0 ? (information.Volume, ((ulong)information.IndexHigh << 32) | information.IndexLow) : null;
    }

    // Windows finds a device by its name in any folder, whatever follows a dot, a blank or a colon; later versions do so for fewer names.
    private static bool IsDevice(ReadOnlySpan<char> part)
    {
        var end = part.IndexOfAny('.', ' ');
        var name = end < 0 ? part : part[..end];
        foreach (var device in (ReadOnlySpan<string>)["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"])
        {
            if (name.Equals(device, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return name is [_, _, _, (>= '0' and <= '9') or '¹' or '²' or '³']
            && (name.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || name.StartsWith("LPT", StringComparison.OrdinalIgnoreCase));
    }

    // Without any access: it asks only what the path leads to.
    private static SafeFileHandle Open(string path) => new(CreateFile(path, 0, ShareAll, 0, OpenExisting, Folders, 0), ownsHandle: true);

    [StructLayout(LayoutKind.Sequential)]
    private struct FileInformation
    {
        internal uint Attributes, CreatedLow, CreatedHigh, ReadLow, ReadHigh, WrittenLow, WrittenHigh, Volume, SizeHigh, SizeLow, Links, IndexHigh, IndexLow;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true)]
    private static partial uint GetPath(SafeFileHandle file, char* path, uint length, uint flags);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    private static partial int GetInformation(SafeFileHandle file, FileInformation* information);
}
