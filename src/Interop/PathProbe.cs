using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>What the kernel says of a path that is bytes, not text.</summary>
internal static unsafe class PathProbe
{
    private const int Executable = 1;
    private const int LinuxFolderOnly = 0x210000;
    private const int LinuxCloseOnExec = 0x80000;
    private const int UsualLength = 512;

    /// <summary>Whether this process may execute it.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <returns>0, or the errno.</returns>
    public static int TryExecute(ReadOnlySpan<byte> path)
    {
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
            return LibC.Access(text, Executable) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Which file a path leads to now, links followed: another one at the same path is another. Linux.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <returns>Device and inode; null when there is none.</returns>
    public static (ulong Device, ulong Inode)? TryIdentify(ReadOnlySpan<byte> path)
    {
        const int currentFolder = -100;
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
            return Identify(currentFolder, text, flags: 0);
    }

    private static (ulong Device, ulong Inode)? Identify(int folder, byte* path, int flags) => Identify(folder, path, flags, out _);

    private static (ulong Device, ulong Inode)? Identify(int folder, byte* path, int flags, out int mode)
    {
        // struct statx, the same on every processor: the type, the inode, and the device's two halves.
        const int length = 256, type = 28, inode = 32, deviceMajor = 136, deviceMinor = 140;
        const uint typeAndInode = 0x101;
        var status = stackalloc byte[length];
        var found = LibC.ExtendedStatus(folder, path, flags, typeAndInode, status) == 0;
        mode = found ? *(ushort*)(status + type) : 0;
        return found ? (((ulong)*(uint*)(status + deviceMajor) << 32) | *(uint*)(status + deviceMinor), *(ulong*)(status + inode)) : null;
    }

    /// <summary>What is at a path below a folder, its last name not followed where it is a link. Linux.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">A relative path without NUL.</param>
    /// <param name="isLink">Whether a link is there.</param>
    /// <param name="isFolder">Whether a folder is there.</param>
    /// <returns>Device and inode; null when nothing is there.</returns>
    public static (ulong Device, ulong Inode)? LookBelow(SafeDescriptor folder, ReadOnlySpan<byte> path, out bool isLink, out bool isFolder)
    {
        const int notFollowed = 0x100, typeMask = 0xf000, linkType = 0xa000, folderType = 0x4000;
        ArgumentNullException.ThrowIfNull(folder);
        int mode;
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
        {
            var found = Identify(folder.Value, text, notFollowed, out mode);
            isLink = (mode & typeMask) == linkType;
            isFolder = (mode & typeMask) == folderType;
            return found;
        }
    }

    /// <summary>Opens a folder to start a process in. Linux.</summary>
    /// <param name="path">A path without NUL.</param>
    /// <param name="errno">0, or why not.</param>
    /// <returns>The folder; invalid when there is an errno.</returns>
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

    /// <summary>Opens a folder that is reached without following any link, to name it and nothing else. Linux 5.6.</summary>
    /// <param name="path">An absolute path without NUL.</param>
    /// <param name="errno">0, or why not: ELOOP where there is a link in its way.</param>
    /// <returns>The folder; invalid when there is an errno.</returns>
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

    /// <summary>Which file a descriptor is of. Linux.</summary>
    /// <param name="descriptor">Any descriptor.</param>
    /// <returns>Device and inode; null when the kernel does not say.</returns>
    public static (ulong Device, ulong Inode)? TryIdentify(SafeDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var empty = (byte)0;
        return Identify(descriptor.Value, &empty, flags: 0x1000);
    }

    /// <summary>Opens /dev/null for reading and writing, with a number above a child's own.</summary>
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

    private static Span<byte> Terminate(ReadOnlySpan<byte> path, Span<byte> room)
    {
        path.CopyTo(room);
        room[path.Length] = 0;
        return room;
    }
}
