using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>
/// A file that several processes append lines to, each line by one write(2) with O_APPEND, mode 0600. When it is full it is renamed to
/// <c>NAME.1</c>, replacing an older one, and begun again. Not for several threads at once.
/// </summary>
internal sealed unsafe partial class AppendFile(string path, long most) : IDisposable
{
    private const int OwnerOnly = 0x180;
    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;
    private const int Unlock = 8;
    private const int Interrupted = 4;

    // O_WRONLY, O_CREAT, O_APPEND, O_CLOEXEC, O_NOFOLLOW, and O_NONBLOCK: a link must not lead elsewhere, nor a pipe block.
    private static readonly int s_flags = OperatingSystem.IsMacOS() ? 0x100030d
        : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x80c41 | 0x8000 : 0x80c41 | 0x20000;

    private SafeDescriptor? _file;
    private bool _torn;

    /// <summary>Appends a line.</summary>
    /// <param name="line">Without its line feed.</param>
    /// <exception cref="IOException">It was not written, or not whole: what was written of it is no line.</exception>
    public void Append(string line)
    {
        if (OperatingSystem.IsWindows())
        {
            File.AppendAllText(path, line + "\n");
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(_torn ? $"\n{line}\n" : line + "\n");
        var file = Current(bytes.Length);
        nint written;
        fixed (byte* text = bytes)
        {
            do
                written = LibC.Write(file.Value, text, (nuint)bytes.Length);
            while (written < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        }
        if (written < 0)
            throw SystemCallException.FromLastError("write");
        // Without its line feed a line is complete: a reader takes it for a record.
        _torn = written < bytes.Length;
        if (written < bytes.Length - 1)
            throw new IOException($"Only {written} of a line's {bytes.Length} bytes were written: the disk is full, or the file has reached its size limit.");
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    // The file at the path now: another process may have renamed it, and a person may have removed it.
    private SafeDescriptor Current(int next)
    {
        for (var attempt = 0; ; attempt++)
        {
            var file = _file ??= Open();
            if (!IsAtPath(file))
            {
                file.Dispose();
                _file = null;
                if (attempt == 8)
                    throw new IOException($"{path} is replaced again and again.");
                continue;
            }
            if (LengthOf(file) + next <= most || LengthOf(file) == 0 || !TryRename(file))
                return file;
        }
    }

    // macOS has no statx: there, a file that another process has renamed is written on.
    private bool IsAtPath(SafeDescriptor file) => !OperatingSystem.IsLinux() || PathProbe.TryIdentify(Encoding.UTF8.GetBytes(path)) == PathProbe.TryIdentify(file);

    // Only the process that has locked the file at the path renames it, so that no newer file replaces the full one.
    private bool TryRename(SafeDescriptor file)
    {
        if (Flock(file.Value, Exclusive | WithoutWaiting) != 0)
            return false;
        try
        {
            if (IsAtPath(file))
                File.Move(path, path + ".1", overwrite: true);
            return true;
        }
        finally
        {
            _ = Flock(file.Value, Unlock);
        }
    }

    private SafeDescriptor Open()
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            MakeFolder(folder);
        SafeDescriptor file;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            file = new SafeDescriptor(LibC.Open(name, s_flags, OwnerOnly));
        if (file.IsInvalid)
            throw SystemCallException.FromLastError($"open({path})");
        if (!OperatingSystem.IsLinux() || PathProbe.Look(file.Value) is { IsRegular: true })
            return file;
        file.Dispose();
        throw new IOException($"{path} is not a regular file.");
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static long LengthOf(SafeDescriptor file)
    {
        const int emptyPath = 0x1000;
        if (!OperatingSystem.IsLinux())
            return LibC.Seek(file.Value, 0, whence: 2);
        var status = stackalloc byte[FileStatus.Room];
        var empty = (byte)0;
        return LibC.ExtendedStatus(file.Value, &empty, emptyPath, FileStatus.Size, status) == 0 ? FileStatus.SizeOf(status) : 0;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);
}
