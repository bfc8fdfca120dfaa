using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>What is at a name, links not followed.</summary>
/// <param name="Mode">st_mode.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Changed">The time of the last change (ctime).</param>
internal readonly record struct TreeEntry(int Mode, long Size, (long Seconds, uint Nanoseconds) Changed)
{
    private const int TypeBits = 0xf000;

    internal bool IsFolder => (Mode & TypeBits) == 0x4000;

    internal bool IsFile => (Mode & TypeBits) == 0x8000;

    internal bool IsLink => (Mode & TypeBits) == 0xa000;

    /// <summary>Whether it is a device, as overlayfs leaves for a removed name.</summary>
    internal bool IsCharacterDevice => (Mode & TypeBits) == 0x2000;

    internal int Permissions => Mode & 0xfff;
}

/// <summary>
/// Reads and changes what is below a folder, and nothing else: no path leaves the folder, and none leads through a link, whatever
/// other processes do meanwhile (openat2). Paths are relative; "" is the folder. Linux 5.6.
/// </summary>
internal sealed unsafe class FolderTree(SafeDescriptor root) : IDisposable
{
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int WriteNew = 0xc1;
    private const int NotFollowed = 0x100;
    private const int RemoveFolder = 0x200;
    private const int LongestLink = 4096;
    private const int Denied = 13;
    private const ulong BeneathWithoutLinks = 8 | 4 | 2;

    private static readonly int s_folderOnly = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Opens a folder whose path contains no link.</summary>
    /// <exception cref="SystemCallException">It does not exist, or its path contains a link.</exception>
    internal static FolderTree Open(string path)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Trees of folders are read by system calls of Linux.");
        var folder = PathProbe.OpenFolderWithoutLinks(Encoding.UTF8.GetBytes(path), out var errno);
        return errno == 0 ? new FolderTree(folder) : throw new SystemCallException($"openat2({path})", errno);
    }

    internal SafeDescriptor Root => root;

    /// <summary>Looks at a name; null if there is none.</summary>
    internal TreeEntry? Look(string path)
    {
        if (path.Length == 0)
            return Look(root, "");
        using var folder = TryOpen(FolderOf(path), PathOnly | s_folderOnly);
        return folder.IsInvalid ? null : Look(folder, NameOf(path));
    }

    /// <summary>The names in a folder, in order; empty if there is no such folder.</summary>
    /// <exception cref="SystemCallException">This user may not list it.</exception>
    internal List<string> List(string path)
    {
        using var folder = TryOpen(path, s_folderOnly);
        if (folder.IsInvalid && Look(path) is { IsFolder: true })
            throw new SystemCallException($"open({path})", Denied);
        if (folder.IsInvalid)
            return [];
        // Through the descriptor: the path may lead elsewhere by now.
        var names = Directory.EnumerateFileSystemEntries($"/proc/self/fd/{folder.Value}").Select(static entry => Path.GetFileName(entry)).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <returns>Null if it is none, or may not be read.</returns>
    internal FileStream? OpenFile(string path)
    {
        var file = TryOpen(path, NonBlocking);
        if (!file.IsInvalid && PathProbe.Look(file.Value) is { IsRegular: true })
        {
            var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Value, ownsHandle: true);
            file.SetHandleAsInvalid();
            return new FileStream(handle, FileAccess.Read);
        }
        file.Dispose();
        return null;
    }

    /// <summary>Whether a file or folder has an extended attribute.</summary>
    /// <param name="path">The path.</param>
    /// <param name="attribute">The attribute's name.</param>
    internal bool HasAttribute(string path, string attribute)
    {
        using var file = TryOpen(path, NonBlocking);
        fixed (byte* name = Utf8(attribute))
            return !file.IsInvalid && LibC.SystemCall(CallNumbers.ReadAttribute, file.Value, (nint)name, 0, 0, 0) >= 0;
    }

    /// <summary>A link's target; null if it is none.</summary>
    internal string? TargetOf(string path)
    {
        using var folder = TryOpen(FolderOf(path), PathOnly | s_folderOnly);
        if (folder.IsInvalid)
            return null;
        var room = stackalloc byte[LongestLink];
        fixed (byte* name = Utf8(NameOf(path)))
        {
            var length = LibC.SystemCall(CallNumbers.ReadLink, folder.Value, (nint)name, (nint)room, LongestLink, 0);
            return length < 0 ? null : Encoding.UTF8.GetString(room, (int)length);
        }
    }

    /// <summary>Removes a name: a folder must be empty.</summary>
    internal void Remove(string path, bool isFolder) =>
        In(path, (folder, name) => LibC.SystemCall(CallNumbers.Remove, folder, name, isFolder ? RemoveFolder : 0, 0, 0), "unlinkat");

    /// <summary>Makes a folder that only this user can enter.</summary>
    internal void MakeFolder(string path) => In(path, static (folder, name) => LibC.SystemCall(CallNumbers.MakeFolder, folder, name, 0x1c0, 0, 0), "mkdirat");

    internal void MakeLink(string path, string target)
    {
        fixed (byte* text = Utf8(target))
        {
            var at = (nint)text;
            In(path, (folder, name) => LibC.SystemCall(CallNumbers.MakeLink, at, folder, name, 0, 0), "symlinkat");
        }
    }

    /// <summary>Makes a file that does not exist, for this user alone.</summary>
    internal FileStream CreateFile(string path)
    {
        var file = TryOpen(path, WriteNew, 0x180);
        if (file.IsInvalid)
            throw SystemCallException.FromLastError($"open({path})");
        var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Value, ownsHandle: true);
        file.SetHandleAsInvalid();
        return new FileStream(handle, FileAccess.Write);
    }

    /// <summary>Gives a file of this folder another name in it, in place of what has that name.</summary>
    internal void Rename(string path, string newName)
    {
        fixed (byte* text = Utf8(newName))
        {
            var to = (nint)text;
            In(path, (folder, name) => LibC.SystemCall(CallNumbers.Rename, folder, name, folder, to, 0), "renameat2");
        }
    }

    /// <summary>Changes a file's or folder's mode.</summary>
    internal void SetMode(string path, int permissions)
    {
        // Through a descriptor that was opened without following links: fchmodat has no flag for that.
        using var file = TryOpen(path, PathOnly);
        if (file.IsInvalid)
            throw SystemCallException.FromLastError($"open({path})");
        fixed (byte* link = Utf8($"/proc/self/fd/{file.Value}"))
        {
            if (LibC.SystemCall(CallNumbers.ChangeMode, CurrentFolder, (nint)link, permissions, 0, 0) != 0)
                throw SystemCallException.FromLastError($"chmod({path})");
        }
    }

    private const int CurrentFolder = -100;

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();

    private void In(string path, Func<int, nint, nint> call, string name)
    {
        using var folder = TryOpen(FolderOf(path), PathOnly | s_folderOnly);
        if (folder.IsInvalid)
            throw SystemCallException.FromLastError($"open({FolderOf(path)})");
        fixed (byte* text = Utf8(NameOf(path)))
        {
            if (call(folder.Value, (nint)text) < 0)
                throw SystemCallException.FromLastError($"{name}({path})");
        }
    }

    private SafeDescriptor TryOpen(string path, int flags, int mode = 0)
    {
        var how = stackalloc ulong[3] { (ulong)(flags | CloseOnExec), (ulong)mode, BeneathWithoutLinks };
        fixed (byte* text = Utf8(path.Length == 0 ? "." : path))
            return new SafeDescriptor((int)LibC.SystemCall(CallNumbers.OpenWithin, root.Value, (nint)text, (nint)how, 24, 0));
    }

    private static TreeEntry? Look(SafeDescriptor folder, string name)
    {
        const int emptyPath = 0x1000;
        var status = stackalloc byte[FileStatus.Room];
        fixed (byte* text = Utf8(name))
        {
            return LibC.ExtendedStatus(folder.Value, text, name.Length == 0 ? emptyPath : NotFollowed, FileStatus.Type | 0x2 | FileStatus.Size | FileStatus.Changed, status) == 0
                ? new TreeEntry(FileStatus.ModeOf(status), FileStatus.SizeOf(status), FileStatus.ChangedOf(status)) : null;
        }
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var end ? path[..end] : "";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
