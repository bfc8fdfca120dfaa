using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorBrowser.Interop;

/// <summary>Opens files in a folder that others may write to: a pipe there would block the reader, and a device would never end.</summary>
internal static unsafe class RegularFile
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int NoTerminal = 0x100;

    /// <summary>The user to whom an open file belongs; null if the kernel does not say. Linux.</summary>
    /// <param name="file">An open file.</param>
    internal static uint? OwnerOf(SafeFileHandle file)
    {
        const int emptyPath = 0x1000;
        var empty = (byte)0;
        var status = stackalloc byte[FileStatus.Room];
        return LibC.ExtendedStatus((int)file.DangerousGetHandle(), &empty, emptyPath, FileStatus.User, status) == 0 ? FileStatus.UserOf(status) : null;
    }

    /// <summary>Opens a regular file for reading, following links; never blocks on other kinds of file.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>Null if it is not a regular file, does not exist or may not be read.</returns>
    public static FileStream? TryOpen(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
        var name = Encoding.UTF8.GetBytes(path);
        SafeFileHandle handle;
        fixed (byte* text = PathProbe.Terminate(name, new byte[name.Length + 1]))
            handle = new SafeFileHandle(LibC.Open(text, CloseOnExec | NonBlocking | NoTerminal, 0), ownsHandle: true);
        if (!handle.IsInvalid && PathProbe.Look((int)handle.DangerousGetHandle()) is { IsRegular: true })
            return new FileStream(handle, FileAccess.Read);
        handle.Dispose();
        return null;
    }
}
