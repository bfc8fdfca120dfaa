using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>An exclusive lock on a file between processes (flock). The file itself stays empty and is never removed.</summary>
internal static partial class FileLock
{
    private const int Exclusive = 2;
    private const int Interrupted = 4;

    /// <summary>Takes the lock; blocks while another process or another caller has it. Disposing the result releases it.</summary>
    /// <param name="path">The file; created with mode 0600 if it does not exist.</param>
    /// <exception cref="IOException">The file cannot be opened or locked; on Windows also, that another has it.</exception>
    public static FileStream Take(string path)
    {
        if (OperatingSystem.IsWindows())
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        // The runtime would lock the file itself, without waiting, unless sharing is allowed.
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        while (Flock((int)file.SafeFileHandle.DangerousGetHandle(), Exclusive) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
                continue;
            file.Dispose();
            throw new IOException($"The lock {path} cannot be taken: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        return file;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);
}
