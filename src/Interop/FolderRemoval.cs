using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>Removes a folder with everything in it, whatever bytes the names are made of and whatever modes the folders have. Follows no link. Linux.</summary>
internal static unsafe class FolderRemoval
{
    private const int CloseOnExec = 0x80000;
    private const int RemoveFolder = 0x200;
    private const int OwnerMayAll = 0x1c0;
    private const int Folder = 4;
    private const int Room = 32 << 10;
    private const int NameOffset = 19;

    private static readonly int s_folderWithoutLinks = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 | 0x8000 : 0x10000 | 0x20000;

    /// <summary>Removes it.</summary>
    /// <param name="folder">The folder that holds it.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="SystemCallException">Something in it cannot be removed.</exception>
    internal static void Remove(SafeDescriptor folder, ReadOnlySpan<byte> name) => Remove(folder.Value, [.. name, 0], 0);

    private static void Remove(int folder, byte[] name, int depth)
    {
        // The kernel's paths are no deeper than this, but a tree may be.
        const int deepest = 2048;
        fixed (byte* text = name)
        {
            using (var inner = Open(folder, text))
            {
                foreach (var (entry, isFolder) in List(inner))
                {
                    if (isFolder && depth < deepest)
                        Remove(inner.Value, entry, depth + 1);
                    else
                        Unlink(inner.Value, entry);
                }
            }
            if (LibC.SystemCall(CallNumbers.Remove, folder, (nint)text, RemoveFolder, 0, 0) != 0)
                throw SystemCallException.FromLastError("unlinkat");
        }
    }

    private static void Unlink(int folder, byte[] name)
    {
        fixed (byte* text = name)
        {
            if (LibC.SystemCall(CallNumbers.Remove, folder, (nint)text, 0, 0, 0) != 0)
                throw SystemCallException.FromLastError("unlinkat");
        }
    }

    private static SafeDescriptor Open(int folder, byte* name)
    {
        // A folder's own mode may forbid its owner to list or change it.
        _ = LibC.SystemCall(CallNumbers.ChangeMode, folder, (nint)name, OwnerMayAll, 0, 0);
        var inner = new SafeDescriptor((int)LibC.SystemCall(CallNumbers.OpenAt, folder, (nint)name, s_folderWithoutLinks | CloseOnExec, 0, 0));
        return inner.IsInvalid ? throw SystemCallException.FromLastError("openat") : inner;
    }

    private static List<(byte[] Name, bool IsFolder)> List(SafeDescriptor folder)
    {
        var entries = new List<(byte[], bool)>();
        var buffer = new byte[Room];
        fixed (byte* room = buffer)
        {
            nint length;
            while ((length = LibC.SystemCall(CallNumbers.ListFolder, folder.Value, (nint)room, Room, 0, 0)) > 0)
            {
                // struct linux_dirent64: inode, offset, length (at 16), type (at 18), name.
                for (var at = 0; at < length; at += *(ushort*)(room + at + 16))
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(room + at + NameOffset);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                        entries.Add(([.. name, 0], room[at + 18] == Folder));
                }
            }
            return length == 0 ? entries : throw SystemCallException.FromLastError("getdents64");
        }
    }
}
