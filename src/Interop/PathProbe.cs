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
        // struct statx, the same on every processor: the inode, and the device's two halves.
        const int length = 256, inode = 32, deviceMajor = 136, deviceMinor = 140;
        const int currentFolder = -100;
        const uint inodeOnly = 0x100;
        var status = stackalloc byte[length];
        fixed (byte* text = Terminate(path, path.Length < UsualLength ? stackalloc byte[UsualLength] : new byte[path.Length + 1]))
        {
            return LibC.ExtendedStatus(currentFolder, text, 0, inodeOnly, status) == 0
                ? (((ulong)*(uint*)(status + deviceMajor) << 32) | *(uint*)(status + deviceMinor), *(ulong*)(status + inode))
                : null;
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
