using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Reads what another process's call points to. What is read may change at once: it is a hint, and decides nothing. Linux.</summary>
internal static unsafe class OtherProcess
{
    /// <summary>The longest path that the kernel takes, with its NUL.</summary>
    internal const int LongestPath = 4096;

    private const int PageSize = 4096;
    private const int CurrentFolder = -100;
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;

    private static readonly nint s_readMemory = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 310 : 270;

    /// <summary>Reads a text that ends in NUL.</summary>
    /// <param name="thread">The thread's id.</param>
    /// <param name="address">Where the text begins.</param>
    /// <param name="room">Receives the text; at least <see cref="LongestPath"/> bytes.</param>
    /// <returns>Its length; −1 if it cannot be read or is too long.</returns>
    internal static int TryReadText(int thread, ulong address, Span<byte> room)
    {
        fixed (byte* start = room)
        {
            // Split at the page's end, as the next page may not exist.
            var first = Math.Min(LongestPath, PageSize - (int)(address % PageSize));
            var local = stackalloc nuint[2] { (nuint)start, LongestPath };
            var remote = stackalloc nuint[4] { (nuint)address, (nuint)first, (nuint)address + (nuint)first, (nuint)(LongestPath - first) };
            var read = LibC.SystemCall6(s_readMemory, thread, (nint)local, 1, (nint)remote, first == LongestPath ? 1 : 2, 0);
            return read <= 0 ? -1 : room[..(int)read].IndexOf((byte)0);
        }
    }

    /// <summary>The path of a thread's folder, or of one of its descriptors, as the thread sees it.</summary>
    /// <param name="thread">The thread's id.</param>
    /// <param name="descriptor">The descriptor; −100 for the current folder.</param>
    /// <param name="room">Receives the path.</param>
    /// <returns>Its length; −1 if there is none.</returns>
    internal static int TryFolder(int thread, int descriptor, Span<byte> room)
    {
        var link = descriptor == CurrentFolder ? string.Create(CultureInfo.InvariantCulture, $"/proc/{thread}/cwd\0")
            : string.Create(CultureInfo.InvariantCulture, $"/proc/{thread}/fd/{descriptor}\0");
        Span<byte> name = stackalloc byte[64];
        var length = System.Text.Encoding.ASCII.GetBytes(link, name);
        fixed (byte* text = name[..length])
        fixed (byte* target = room)
            return (int)LibC.SystemCall(s_readLink, CurrentFolder, (nint)text, (nint)target, room.Length, 0);
    }

    /// <summary>Opens the root of a process's file system.</summary>
    /// <param name="process">Its pid.</param>
    /// <returns>Invalid if this process may not see it.</returns>
    internal static SafeDescriptor OpenRoot(int process)
    {
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/root\0")))
            return new SafeDescriptor(LibC.Open(text, PathOnly | CloseOnExec, 0));
    }

    private static readonly nint s_readLink = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 267 : 78;
}
