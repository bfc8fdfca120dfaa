using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>An exclusive lock on a file between processes (flock). The file itself stays empty and is never removed.</summary>
internal static unsafe partial class FileLock
{
    private const int Exclusive = 2;
    private const int WithoutWaiting = 4;
    private const int Interrupted = 4;
    private const int OwnerOnly = 0x180;

    // O_RDWR, O_CREAT, O_CLOEXEC, O_NOFOLLOW: a link must not make the file elsewhere.
    private static readonly int s_flags = OperatingSystem.IsMacOS() ? 0x1000302
        : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x80042 | 0x8000 : 0x80042 | 0x20000;

    /// <summary>Takes the lock; blocks while another process or another caller has it. Disposing the result releases it.</summary>
    /// <param name="path">The file; created with mode 0600 if it does not exist.</param>
    /// <exception cref="IOException">The file cannot be opened or locked; on Windows also, that another has it.</exception>
    public static IDisposable Take(string path)
    {
        if (OperatingSystem.IsWindows())
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        return TryTake(path, Exclusive) ?? throw Problem(path);
    }

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <param name="path">The file; created with mode 0600 if it does not exist.</param>
    /// <returns>Releases the lock when disposed; null if another process or caller has it.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    internal static IDisposable? TryTake(string path) => TryTake(path, Exclusive | WithoutWaiting);

    private static SafeDescriptor? TryTake(string path, int operation)
    {
        // Not opened by the runtime, which locks files itself, without waiting.
        SafeDescriptor file;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            file = new SafeDescriptor(LibC.Open(name, s_flags, OwnerOnly));
        if (file.IsInvalid)
            throw Problem(path);
        while (Flock((int)file.DangerousGetHandle(), operation) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Interrupted)
                continue;
            file.Dispose();
            return errno == Errno.WouldBlock ? null : throw Problem(path);
        }
        return file;
    }

    private static IOException Problem(string path) => new($"The lock {path} cannot be taken: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);
}
