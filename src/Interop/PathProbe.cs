using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Queries and opens paths given as bytes.</summary>
internal static unsafe class PathProbe
{
    private const int Executable = 1;
    private const int LinuxFolderOnly = 0x210000;
    private const int LinuxCloseOnExec = 0x80000;
    private const int UsualLength = 512;

    /// <summary>Whether this process may execute a file.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <returns>0, or the errno.</returns>
    public static int TryExecute(ReadOnlySpan<byte> path)
    {
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
            return LibC.Access(text, Executable) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Identifies the file that a path leads to now, following links, so that a later replacement is noticed. Linux.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <returns>Device and inode; null if the file does not exist.</returns>
    public static (ulong Device, ulong Inode)? TryIdentify(ReadOnlySpan<byte> path)
    {
        const int currentFolder = -100;
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
            return Identify(currentFolder, text, flags: 0);
    }

    private static (ulong Device, ulong Inode)? Identify(int folder, byte* path, int flags)
    {
        var status = stackalloc byte[FileStatus.Room];
        return LibC.ExtendedStatus(folder, path, flags, FileStatus.Inode, status) == 0 ? FileStatus.IdentityOf(status) : null;
    }

    /// <summary>Looks at a path below a folder, without following a link at its end. Linux.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">A relative path without NUL.</param>
    /// <returns>Null if it does not exist.</returns>
    public static FoundFile? LookBelow(SafeDescriptor folder, ReadOnlySpan<byte> path)
    {
        const int notFollowed = 0x100;
        ArgumentNullException.ThrowIfNull(folder);
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
            return Look(folder.Value, text, notFollowed);
    }

    /// <summary>Looks at an absolute path, without following a link at its end. Linux.</summary>
    /// <param name="path">An absolute path without NUL.</param>
    /// <returns>Null if it does not exist.</returns>
    internal static FoundFile? LookAt(ReadOnlySpan<byte> path)
    {
        const int currentFolder = -100, notFollowed = 0x100;
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
            return Look(currentFolder, text, notFollowed);
    }

    /// <summary>Whether a path leads to a pipe, following links; false if it does not exist.</summary>
    /// <param name="path">The path.</param>
    internal static bool IsPipe(string path)
    {
        if (!OperatingSystem.IsLinux() || path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            return false;
        try
        {
            var file = new FileInfo(path);
            return LookAt(System.Text.Encoding.UTF8.GetBytes((file.ResolveLinkTarget(returnFinalTarget: true) ?? file).FullName)) is { IsPipe: true };
        }
        catch (IOException)
        {
            // A loop of links; opening the file reports it.
            return false;
        }
    }

    /// <summary>Looks at the file of an open descriptor. Linux.</summary>
    /// <param name="descriptor">Its number.</param>
    /// <returns>Null if the kernel does not say.</returns>
    internal static FoundFile? Look(int descriptor)
    {
        const int emptyPath = 0x1000;
        var empty = (byte)0;
        return Look(descriptor, &empty, emptyPath);
    }

    private static FoundFile? Look(int folder, byte* path, int flags)
    {
        const uint wanted = FileStatus.Type | FileStatus.Inode | FileStatus.Changed | FileStatus.Born;
        var status = stackalloc byte[FileStatus.Room];
        return LibC.ExtendedStatus(folder, path, flags, wanted, status) == 0
            ? new FoundFile(FileStatus.IdentityOf(status), FileStatus.ModeOf(status) & FoundFile.TypeBits, FileStatus.ChangedOf(status), FileStatus.BornOf(status)) : null;
    }

    /// <summary>The path of an open descriptor's file, without links; null if the kernel does not say. Linux.</summary>
    /// <param name="descriptor">Its number.</param>
    internal static string? PathOf(int descriptor)
    {
        try
        {
            return new FileInfo(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Opens a folder to start a process in. Linux.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <param name="errno">0, or the errno.</param>
    /// <returns>The folder; invalid if there is an errno.</returns>
    public static SafeDescriptor OpenFolder(ReadOnlySpan<byte> path, out int errno)
    {
        var folderOnly = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x204000 : LinuxFolderOnly;
        fixed (byte* text = Terminate(path, new byte[path.Length + 1]))
        {
            var descriptor = new SafeDescriptor(LibC.Open(text, folderOnly | LinuxCloseOnExec, 0));
            errno = descriptor.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
            return descriptor;
        }
    }

    /// <summary>Opens a folder as a path only (O_PATH), and follows no link on the way. Linux 5.6.</summary>
    /// <param name="path">An absolute path without NUL.</param>
    /// <param name="errno">0, or the errno: ELOOP if the path contains a link.</param>
    /// <returns>The folder; invalid if there is an errno.</returns>
    public static SafeDescriptor OpenFolderWithoutLinks(ReadOnlySpan<byte> path, out int errno)
    {
        const int pathOnly = 0x200000, openWithin = 437, currentFolder = -100;
        var folderOnly = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
        // open_how: flags, mode, RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS.
        var how = stackalloc ulong[3] { (ulong)(pathOnly | folderOnly | LinuxCloseOnExec), 0, 2 | 4 };
        fixed (byte* text = Terminate(path, new byte[path.Length + 1]))
        {
            var descriptor = new SafeDescriptor((int)LibC.SystemCall(openWithin, currentFolder, (nint)text, (nint)how, 24, 0));
            errno = descriptor.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
            return descriptor;
        }
    }

    /// <summary>Identifies the file of a descriptor. Linux.</summary>
    /// <param name="descriptor">Any descriptor.</param>
    /// <returns>Device and inode; null if the kernel does not say.</returns>
    public static (ulong Device, ulong Inode)? TryIdentify(SafeDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var empty = (byte)0;
        return Identify(descriptor.Value, &empty, flags: 0x1000);
    }

    /// <summary>Opens /dev/null for reading and writing, with a number above those of a child's descriptors.</summary>
    public static SafeDescriptor OpenNull()
    {
        fixed (byte* text = "/dev/null\0"u8)
        {
            var descriptor = LibC.Open(text, 2 | LinuxCloseOnExec, 0);
            return descriptor >= 0
                ? DescriptorFlags.RaiseAboveChildNumbers(new SafeDescriptor(descriptor))
                : throw SystemCallException.FromLastError("open(/dev/null)");
        }
    }

    /// <summary>Copies a path and appends NUL.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <param name="room">At least one byte longer than the path.</param>
    internal static Span<byte> Terminate(ReadOnlySpan<byte> path, Span<byte> room)
    {
        path.CopyTo(room);
        room[path.Length] = 0;
        return room;
    }
}

/// <summary>A file's state. An inode number may soon be reused; the time of the last change tells the files apart.</summary>
/// <param name="Identity">Device and inode.</param>
/// <param name="Type">S_IFMT bits.</param>
/// <param name="Changed">The time of the last change.</param>
/// <param name="Born">The time of birth; 0 where the file system keeps none.</param>
internal readonly record struct FoundFile((ulong Device, ulong Inode) Identity, int Type, (long Seconds, uint Nanoseconds) Changed, (long Seconds, uint Nanoseconds) Born)
{
    internal const int TypeBits = 0xf000;
    private const int Link = 0xa000;
    private const int Folder = 0x4000;
    private const int Regular = 0x8000;
    private const int Pipe = 0x1000;
    private const int Device = 0x2000;
    private const int Socket = 0xc000;

    /// <summary>Whether it is a character device.</summary>
    internal bool IsDevice => Type == Device;

    /// <summary>Whether it is a socket, or what only a descriptor stands for, such as a timer.</summary>
    internal bool IsWithoutFile => Type is 0 or Socket;

    internal bool IsRegular => Type == Regular;

    /// <summary>Whether it is a named pipe, whose opening waits for the other end.</summary>
    internal bool IsPipe => Type == Pipe;

    internal bool IsLink => Type == Link;

    internal bool IsFolder => Type == Folder;
}
