using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Looks at and opens files for another process, by a descriptor that stands for one file whatever happens to its path. Linux 5.6.</summary>
internal static unsafe class OutsideFile
{
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int NoTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CurrentFolder = -100;
    private const int Piece = 256 << 10;
    private const ulong NoMagicLinks = 2;
    private const ulong NoLinks = 4;
    private const ulong InRoot = 0x10;

    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Whether a path exists in a world.</summary>
    /// <param name="root">The world's root.</param>
    /// <param name="path">An absolute path, ending in NUL.</param>
    /// <param name="follows">Whether a link at its end is followed, in the world.</param>
    internal static bool ExistsIn(SafeDescriptor root, ReadOnlySpan<byte> path, bool follows)
    {
        using var found = Open(root.Value, path, PathOnly | CloseOnExec | (follows ? 0 : s_noFollow), InRoot | NoMagicLinks);
        return !found.IsInvalid;
    }

    /// <summary>Finds a file.</summary>
    /// <param name="path">An absolute path, ending in NUL.</param>
    /// <param name="follows">Whether a link at its end is followed.</param>
    /// <returns>A descriptor that only stands for the file; invalid if there is none.</returns>
    internal static SafeDescriptor Find(ReadOnlySpan<byte> path, bool follows) => Open(CurrentFolder, path, PathOnly | CloseOnExec | (follows ? 0 : s_noFollow), NoMagicLinks);

    /// <summary>Whether a path leads to this file and not through a link.</summary>
    /// <param name="path">An absolute path, ending in NUL.</param>
    /// <param name="file">From <see cref="Find"/>.</param>
    internal static bool IsStill(ReadOnlySpan<byte> path, SafeDescriptor file)
    {
        using var found = Open(CurrentFolder, path, PathOnly | CloseOnExec | s_noFollow, NoMagicLinks | NoLinks);
        return !found.IsInvalid && PathProbe.TryIdentify(found) is { } identity && identity == PathProbe.TryIdentify(file);
    }

    /// <summary>Opens the file that a descriptor stands for.</summary>
    /// <param name="file">From <see cref="Find"/>.</param>
    /// <param name="flags">O_RDONLY, O_WRONLY or O_RDWR, with O_APPEND and O_TRUNC.</param>
    /// <returns>Invalid if this process may not.</returns>
    internal static SafeDescriptor Reopen(SafeDescriptor file, int flags)
    {
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.Value}\0")))
            return new SafeDescriptor(LibC.Open(text, flags | CloseOnExec | NoTerminal | NonBlocking, 0));
    }

    /// <summary>Copies the beginning of a file.</summary>
    /// <param name="from">A file open for reading.</param>
    /// <param name="to">A memory file.</param>
    /// <param name="length">The most bytes.</param>
    /// <returns>How many were there.</returns>
    /// <exception cref="SystemCallException">The file cannot be read, or no memory is left.</exception>
    internal static long Copy(SafeDescriptor from, SafeDescriptor to, long length)
    {
        var buffer = new byte[Math.Min(length, Piece)];
        long at = 0;
        fixed (byte* start = buffer)
        {
            while (at < length)
            {
                var read = LibC.ReadAt(from.Value, start, (nuint)Math.Min(buffer.Length, length - at), (nint)at);
                if (read < 0)
                    throw SystemCallException.FromLastError("pread");
                if (read == 0)
                    break;
                for (nint written = 0; written < read;)
                {
                    var more = LibC.WriteAt(to.Value, start + written, (nuint)(read - written), (nint)at + written);
                    written += more > 0 ? more : throw SystemCallException.FromLastError("pwrite");
                }
                at += read;
            }
        }
        return at;
    }

    private static SafeDescriptor Open(int folder, ReadOnlySpan<byte> path, int flags, ulong resolve)
    {
        var how = stackalloc ulong[3] { (ulong)flags, 0, resolve };
        fixed (byte* text = path)
            return new SafeDescriptor((int)LibC.SystemCall(CallNumbers.OpenWithin, folder, (nint)text, (nint)how, 24, 0));
    }
}
