using System.Runtime.InteropServices;
using System.Text;

namespace ActorBrowser.Interop;

/// <summary>An exclusive lock on a file between processes (flock). The file itself stays empty and is never removed.</summary>
internal static unsafe partial class FileLock
{
    private const int Exclusive = 2;
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
        // Not opened by the runtime, which locks files itself, without waiting.
        SafeDescriptor file;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
            file = new SafeDescriptor(LibC.Open(name, s_flags, OwnerOnly));
        if (file.IsInvalid)
            throw Problem(path);
        while (Flock((int)file.DangerousGetHandle(), Exclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() == Interrupted)
                continue;
            file.Dispose();
            throw Problem(path);
        }
        return file;
    }

    private static IOException Problem(string path) => new($"The lock {path} cannot be taken: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);
}
